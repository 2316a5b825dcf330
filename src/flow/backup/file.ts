import type { Backup } from '../../domain/backup.ts';
import { bytes } from '../../domain/units.ts';
import { fileOf } from './catalog.ts';
import type { ByteRange, StoredBytes } from './place.ts';
import type { Works } from './works.ts';

export interface BackupFile extends StoredBytes {
  backup: Backup;
}

/** A backup cannot be had just now, which says nothing of what it is like. */
export class Unreadable extends Error {
  constructor(backup: Backup, cause: unknown) {
    super(`${backup.id} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'Unreadable';
  }
}

/**
 * Opens the file of a backup: where it is kept, or a copy of it that is fetched once and removed with `release`. Where this
 * machine has no room for a copy it is read over the network each time. What cannot be had is Unreadable, here and later.
 */
export async function openFile(
  { catalog: { place }, spool }: Works,
  backup: Backup,
  { signal, progress }: { signal?: AbortSignal; progress?: (text: string) => void },
): Promise<BackupFile> {
  const name = fileOf(backup.id);
  const path = place.pathOf(name);
  const read = (range?: ByteRange) => readable(backup, place.read(name, range));
  const fetched =
    path === undefined
      ? await spool(told(read(), backup.bytes, place.shown, progress), backup.bytes, signal)
      : undefined;
  return { backup, read, release: async () => {}, ...(path !== undefined && { path }), ...fetched };
}

async function* readable(backup: Backup, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new Unreadable(backup, error);
  }
}

async function* told(
  source: AsyncIterable<Uint8Array>,
  total: number,
  from: string,
  progress: ((text: string) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let fetched = 0;
  for await (const chunk of source) {
    fetched += chunk.length;
    progress?.(`${bytes(fetched)} of ${bytes(total)} fetched from ${from}`);
    yield chunk;
  }
}
