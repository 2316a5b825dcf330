import { Backup, BackupId, type KeptBackup, type KeptBackups, newestFirst } from '../../domain/backup.ts';
import type { TargetName } from '../../domain/ids.ts';
import type { Clock } from '../ports.ts';
import type { Place } from './place.ts';
import type { Scratch } from './ports.ts';
import type { Ledger } from './with-backups.ts';

/** A look at the servers asks for the list, and there may be several a second. */
const FRESH_MS = 10_000;
/** What lies there without its description after this was left by a writer that died. */
const ABANDONED_MS = 6 * 3600_000;
/** No description is larger. */
const MOST_BYTES = 1024 * 1024;

/** The backups of a place: each is a file and, written after it, its description beside it. */
export interface Catalog extends Ledger {
  place: Place;
  /** Newest first; only those whose file is there. One that was cut is broken. */
  list(target?: TargetName): Promise<Backup[]>;
  get(id: BackupId): Promise<Backup | undefined>;
  /** Stores or replaces the description. */
  describe(backup: Backup): Promise<void>;
  remove(id: BackupId): Promise<void>;
  /** Clears away what writers that died left behind. */
  tidy(): Promise<void>;
}

interface CatalogOptions {
  place: Place;
  scratch: Pick<Scratch, 'engineFor'>;
  serve: KeptBackups['serve'];
  serveTls: boolean;
  bytesPerSecond?: number;
  clock: Clock;
}

export function fileOf(id: BackupId): string {
  return `${id}.rdb`;
}

function descriptionOf(id: BackupId): string {
  return `${id}.json`;
}

export function makeCatalog({ place, scratch, clock, ...serving }: CatalogOptions): Catalog {
  let listed: { at: number; backups: Promise<Backup[]> } | undefined;
  /** By name, size and time of a description: it is read once. */
  const known = new Map<string, Backup | undefined>();

  async function all(): Promise<Backup[]> {
    const now = clock.now();
    if (!listed || now - listed.at > FRESH_MS) {
      const backups = read();
      listed = { at: now, backups };
      // What failed is tried anew.
      backups.catch(() => {
        if (listed?.backups === backups) listed = undefined;
      });
    }
    return listed.backups;
  }

  async function read(): Promise<Backup[]> {
    const now = clock.now();
    const entries = await place.list();
    const sizes = new Map(entries.map(({ name, bytes }) => [name, bytes]));
    const described = entries.filter(({ name }) => name.endsWith('.json'));
    const found = await Promise.all(
      described.map(async ({ name, bytes, changedAt }) => {
        const key = `${name} ${bytes} ${changedAt}`;
        if (!known.has(key)) known.set(key, await descriptionAt(place, name));
        return known.get(key);
      }),
    );
    return newestFirst(found.flatMap((backup) => backup ?? []).flatMap((backup) => asStored(backup, sizes, now)));
  }

  const catalog: Catalog = {
    place,
    async list(target) {
      return (await all()).filter((backup) => target === undefined || backup.target === target);
    },
    async get(id) {
      return (await all()).find((backup) => backup.id === id);
    },
    async describe(backup) {
      await place.write(descriptionOf(backup.id), [
        Buffer.from(`${JSON.stringify(Backup.parse(backup), null, 1)}\n`),
      ] as never);
      listed = undefined;
    },
    async remove(id) {
      // The file without its description is no backup; the other way round it would look like one that got lost.
      await place.remove(descriptionOf(id));
      await place.remove(fileOf(id));
      listed = undefined;
    },
    async tidy() {
      await place.tidy();
      const entries = await place.list();
      const names = new Set(entries.map(({ name }) => name));
      for (const { name, changedAt } of entries) {
        const id = BackupId.safeParse(name.replace(/\.rdb$/, '')).data;
        if (id && !names.has(descriptionOf(id)) && clock.now() - changedAt > ABANDONED_MS) await place.remove(name);
      }
    },
    async of(target) {
      const backups = (await catalog.list(target)).map(
        (backup): KeptBackup => ({ ...backup, scratch: engineOf(backup) }),
      );
      return { place: place.shown, backups, ...serving };
    },
  };
  return catalog;

  function engineOf({ magic, rdbVersion, engine, engineVersion }: Backup): KeptBackup['scratch'] {
    const chosen = scratch.engineFor({ magic, version: rdbVersion, engine, engineVersion });
    return chosen.kind === 'engine' ? { engine: chosen.engine, version: chosen.version } : { none: chosen.because };
  }
}

/** The description is written when all of the file is there: one that is of another size was changed since. */
function asStored(backup: Backup, sizes: ReadonlyMap<string, number>, now: number): Backup[] {
  const size = sizes.get(fileOf(backup.id));
  if (size === undefined) return [];
  if (size === backup.bytes || backup.verification.verdict === 'broken') return [backup];
  const said = `It has ${size} bytes where ${backup.bytes} were stored.`;
  return [{ ...backup, verification: { how: 'structure', verdict: 'broken', at: now, said } }];
}

/** Undefined when it is none of ours or of a version that we do not know. */
async function descriptionAt(place: Place, name: string): Promise<Backup | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of place.read(name)) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    const backup = Backup.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data;
    return backup && name === descriptionOf(backup.id) ? backup : undefined;
  } catch {
    return undefined;
  }
}
