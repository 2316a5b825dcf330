import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { loadShelves } from '../../src/io/shelves.ts';
import { filesUnder } from './source-tree.ts';

const SHELVES = ['probes', 'rules', 'actions', 'sources', 'figures'] as const;
const EVERYTHING = ['src', 'test', 'demo', 'bench'].flatMap((folder) => filesUnder(folder));

test.each(SHELVES)('each unit of src/%s has its test at the same path', (shelf) => {
  const without = filesUnder(`src/${shelf}`)
    .map((file) => file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts'))
    .filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)));
  expect(without).toEqual([]);
});

test.each(SHELVES)('each test under test/%s is of a unit that exists', (shelf) => {
  const orphans = filesUnder(`test/${shelf}`, '.test.ts')
    .map((file) => file.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts'))
    .filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)));
  expect(orphans).toEqual([]);
});

test('file names are kebab-case', () => {
  const odd = EVERYTHING.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.bench)?\.ts$/.test(basename(file)));
  expect(odd).toEqual([]);
});

test('a rule names itself and others by ids that exist, and explains only other rules', async () => {
  const { rules } = await loadShelves();
  const wrong = [...rules].flatMap(([id, { explains }]) =>
    explains.filter((other) => other === id || !rules.has(other)).map((other) => `${id} explains ${other}`),
  );
  expect(rules.size).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});

test('what a unit needs is on the shelf of probes', async () => {
  const { probes, rules, actions } = await loadShelves();
  const known = new Set(probes.values());
  const wrong = [...rules, ...actions].filter(([, { needs }]) => needs.some((probe) => !known.has(probe)));
  expect(wrong.map(([id]) => id)).toEqual([]);
});
