import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderPlace } from '../../../src/io/places/folder.ts';
import { placeContract } from '../../support/place-contract.ts';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'medic-place-'));
  folder = join(root, 'backups');
});
afterEach(() => rm(root, { recursive: true, force: true }));

placeContract(async () => folderPlace(folder));

async function* twoChunks() {
  yield Buffer.from('one');
  yield Buffer.from('two');
}

test('only its owner can look at it', async () => {
  const place = folderPlace(folder);
  await place.write('a.rdb', twoChunks());
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'a.rdb'))).mode & 0o777).toBe(0o600);
  expect(place.pathOf('a.rdb')).toBe(join(folder, 'a.rdb'));
});

test('what was half written by a process that died is cleared away; what is being written, or of others, is not', async () => {
  const place = folderPlace(folder);
  await place.write('a.rdb', twoChunks());
  for (const name of ['bak_old.rdb.0a1b.part', 'bak_new.rdb.2c3d.part', 'film.part']) {
    await writeFile(join(folder, name), 'x');
    if (!name.includes('new')) await utimes(join(folder, name), 1, 1);
  }
  expect((await place.list()).map(({ name }) => name)).toEqual(['a.rdb']);
  await place.tidy();
  expect((await readdir(folder)).sort()).toEqual(['a.rdb', 'bak_new.rdb.2c3d.part', 'film.part']);
});

test('a folder that is not there yet holds nothing', async () => {
  expect(await folderPlace(folder).list()).toEqual([]);
});

test('a folder that cannot be used says so', async () => {
  await writeFile(folder, 'a file');
  await expect(folderPlace(folder).list()).rejects.toThrow('ENOTDIR');
  await expect(folderPlace(folder).write('a.rdb', twoChunks())).rejects.toThrow(/EEXIST|ENOTDIR/);
});
