import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { afterAll } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { migrate } from '../../src/io/store/migrate.ts';
import { pgliteFrom } from '../../src/io/store/pglite.ts';
import { type OpenStore, storeOn } from '../../src/io/store/store.ts';

/** An empty store of its own, in memory and within 0.3 s; close it when the test is over. */
export async function freshStore(): Promise<OpenStore> {
  const database = await pgliteFrom(await emptyDatabase());
  await migrate(database);
  return storeOn(database, await scratchFolder());
}

/** A data folder with an empty database in it, so that a process that opens it need not make one. */
export async function scratchDatabase(): Promise<string> {
  const folder = await scratchFolder();
  const files = join(folder, 'pgdata');
  await mkdir(files, { mode: 0o700 });
  await emptyDatabase();
  await promisify(execFile)('tar', ['-xf', templatePath, '-C', files]);
  return folder;
}

const folders: string[] = [];
afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** An empty folder that is gone when the tests of this file are over. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'medic-store-'));
  folders.push(folder);
  return folder;
}

let saved: Promise<Blob> | undefined;

/** initdb takes 2.5 s, its result is always the same: made once, then kept beside the installed packages. */
function emptyDatabase(): Promise<Blob> {
  saved ??= load();
  return saved;
}

const templateFolder = join(import.meta.dirname, '../../node_modules/.cache/redis-medic');
const templatePath = join(templateFolder, `pglite-${packageJson.dependencies['@electric-sql/pglite']}.tar`);

async function load(): Promise<Blob> {
  const [folder, path] = [templateFolder, templatePath];
  if (!(await stat(path).catch(() => undefined))) {
    const pglite = await PGlite.create();
    const dump = await pglite.dumpDataDir('none');
    await pglite.close();
    await mkdir(folder, { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, Buffer.from(await dump.arrayBuffer()));
    await rename(draft, path);
  }
  // Read at once: another process that made it as well may put its own in this place.
  return new Blob([await readFile(path)]);
}
