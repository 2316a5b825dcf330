import { AsyncLocalStorage } from 'node:async_hooks';
import { chmod, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { PglitePool } from './pglite-pool.ts';

// OIDs of the types int8 and numeric; nothing that we count comes near 2^53.
const PARSERS = { 20: Number, 1700: Number };

// A process of 250 MB instead of 420 MB. Few WAL segments, as each is fsynced after a commit.
const SETTINGS = ['shared_buffers = 8MB', 'max_connections = 10', 'min_wal_size = 32MB', 'max_wal_size = 64MB'];

/** Opens, or makes, the embedded database in `<folder>/pgdata`; one process at a time. */
export async function openPglite(folder: string): Promise<Database> {
  const files = join(folder, 'pgdata');
  await mkdir(files, { recursive: true, mode: 0o700 });
  // PGlite makes its files readable and writable by everybody: only the folder keeps others out.
  await chmod(files, 0o700);
  const unlock = await lockFolder(folder);
  try {
    const pglite = await PGlite.create({ dataDir: files, parsers: PARSERS, postgresqlconf: SETTINGS });
    return await pgliteDatabase(pglite, () => syncFiles(join(files, 'pg_wal')), unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A copy, in memory only, of a database that `dumpDataDir` saved. */
export async function pgliteFrom(saved: Blob): Promise<Database> {
  const pglite = await PGlite.create({ loadDataDir: saved, parsers: PARSERS, postgresqlconf: SETTINGS });
  return await pgliteDatabase(
    pglite,
    async () => undefined,
    async () => undefined,
  );
}

async function pgliteDatabase(
  pglite: PGlite,
  sync: () => Promise<void>,
  unlock: () => Promise<void>,
): Promise<Database> {
  await pglite.exec('set search_path = bullmq, public');
  const pool = new PglitePool(pglite, shared(sync));
  return {
    kind: 'pglite',
    pool,
    within: new AsyncLocalStorage(),
    async close() {
      await pool.end();
      await pglite.close();
      await unlock();
    },
  };
}

/** PGlite never calls fsync: what it commits survives a killed process, but not a power cut. So we do it for its log. */
async function syncFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name)).map((name) => join(folder, name));
  await Promise.all([folder, ...segments].map(syncFile));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // A segment may be renamed for reuse between readdir and open.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}

/** Calls that arrive while one is under way share the next: what they wait for may have been missed by the first. */
function shared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = work();
        return running;
      });
    return next;
  };
}
