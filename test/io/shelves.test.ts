import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadShelf, loadShelves } from '../../src/io/shelves.ts';
import memory from '../../src/probes/memory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shelf-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const shelve = async (file: string, text = 'export default { here: true };') => {
  await mkdir(join(folder, file, '..'), { recursive: true });
  await writeFile(join(folder, file), text);
};
const load = () => loadShelf<object>(pathToFileURL(`${folder}/`));

test('the file name is the id, in folders below too', async () => {
  await shelve('one.ts');
  await shelve('family/two.ts');
  await shelve('notes.md', 'not a unit');
  expect([...(await load()).keys()].sort()).toEqual(['one', 'two']);
});

test('one id in two folders is refused', async () => {
  await shelve('memory/full.ts');
  await shelve('replication/full.ts');
  await expect(load()).rejects.toThrow('Two files are named full.ts');
});

test('a file without a default export is refused by name', async () => {
  await shelve('lost.ts', 'export const lost = {};');
  await expect(load()).rejects.toThrow('lost.ts has no default export');
});

test('the shipped probes are the very objects that rules and actions import', async () => {
  const { probes } = await loadShelves();
  expect(probes.get('memory')).toBe(memory);
  expect(probes.size).toBeGreaterThan(10);
});
