import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isOfBackup } from '../../domain/backup.ts';
import type { ByteRange, Place } from '../../flow/backup/place.ts';

/** Half-written files end so; what has not grown for this long was left by a writer that died. */
const PART = '.part';
const ABANDONED_MS = 3600_000;

/** A folder of this machine, readable by its owner alone. */
export function folderPlace(folder: string): Place {
  const pathOf = (name: string) => join(folder, name);
  const prepare = () => mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    shown: `the folder ${folder}`,
    pathOf,
    async write(name, bytes) {
      await prepare();
      const part = `${pathOf(name)}.${randomBytes(4).toString('hex')}${PART}`;
      try {
        await writeWhole(part, bytes);
        await rename(part, pathOf(name));
        await syncFolder(folder);
      } catch (error) {
        await rm(part, { force: true });
        throw isFull(error) ? new Error(`the folder ${folder} has no room left`, { cause: error }) : error;
      }
    },
    read: (name, range) => readPart(pathOf(name), range),
    async list() {
      const names = await namesIn(folder);
      const entries = names
        .filter((name) => !name.endsWith(PART))
        .map(async (name) => {
          const found = await stat(pathOf(name)).catch(() => undefined);
          return found?.isFile() ? [{ name, bytes: found.size, changedAt: found.mtimeMs }] : [];
        });
      return (await Promise.all(entries)).flat();
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    async tidy() {
      for (const name of (await namesIn(folder)).filter((one) => one.endsWith(PART) && isOfBackup(one))) {
        const found = await stat(pathOf(name)).catch(() => undefined);
        if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(pathOf(name), { force: true });
      }
    },
  };
}

export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** The end of a range is not among it, of a stream it is. */
export function readPart(path: string, range: ByteRange | undefined): AsyncIterable<Uint8Array> {
  return createReadStream(path, {
    highWaterMark: 256 * 1024,
    ...(range && { start: range.from, end: range.to - 1 }),
  });
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Reading goes on while this much is being written. */
const AHEAD_BYTES = 4 * 1024 * 1024;

async function writeWhole(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(
    Readable.from(bytes, { objectMode: false, highWaterMark: AHEAD_BYTES }),
    // `flush`: it is on the disk before it gets its name.
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true, highWaterMark: AHEAD_BYTES }),
  );
}

/** The new name itself is on the disk only after this. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
