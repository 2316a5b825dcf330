import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadShelves } from '../../src/io/shelves.ts';
import type { Engine } from '../support/engines.ts';
import type { Scenario } from './lab.ts';
import { runsOf } from './runs.ts';

const FOLDER = new URL('scenarios/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
const modules = await Promise.all(
  files.map(async (file) => Object.values(await import(new URL(file, FOLDER).pathname))),
);
// A file may also export what others share.
const scenarios = (modules.flat(2) as (Scenario | string)[]).filter((one) => typeof one !== 'string');

describe('what the fault lab proves', () => {
  const provoked = new Set(scenarios.flatMap(({ finds }) => Object.keys(finds)));
  const controls = scenarios.filter(({ finds }) => Object.values(finds).every((severity) => severity === 'info'));

  test('at least 60 findings are provoked on real servers', () => {
    expect(provoked.size).toBeGreaterThanOrEqual(60);
  });

  test('at least 20 deployments are well, or only look ill', () => {
    expect(controls.length).toBeGreaterThanOrEqual(20);
  });

  test('every finding that a scenario names exists', async () => {
    const { rules } = await loadShelves();
    const named = scenarios.flatMap(({ finds, besides = [], root = [] }) => [...Object.keys(finds), ...besides, root]);
    expect(named.flat().filter((id) => !rules.has(id))).toEqual([]);
  });

  test('every table has a test that runs it', () => {
    const tests = readdirSync(new URL('.', import.meta.url));
    expect(files.filter((file) => !tests.includes(file.replace('.ts', '.test.ts')))).toEqual([]);
  });

  test('no two scenarios have the same name', () => {
    const names = scenarios.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
  });
});

describe('where a scenario runs', () => {
  const engines = ['installed', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'].map(
    (engine): Engine => ({
      engine,
      version: engine.split('-')[1] ?? '7.0',
      name: engine,
      path: engine,
    }),
  );
  const scenario: Scenario = { name: 'anything', finds: {}, arrange: async () => [] };
  const onValkey: Scenario = { ...scenario, on: (engine) => engine === 'valkey' };
  const chosen = (table: readonly Scenario[], all = false) => runsOf(table, engines, all).map(({ engine }) => engine);

  test('on the installed server and on the others in turn', () => {
    expect(chosen([scenario, scenario, scenario, scenario]).join(' ')).toBe(
      'installed redis-8.0 installed valkey-8.1 installed valkey-9.1 installed redis-8.0',
    );
  });

  test('where it cannot happen the next one takes its turn', () => {
    expect(chosen([onValkey, onValkey])).toEqual(['valkey-8.1', 'valkey-8.1']);
  });

  test('on every one with LAB=all', () => {
    expect(chosen([scenario, onValkey], true)).toEqual([
      ...engines.map(({ engine }) => engine),
      'valkey-8.1',
      'valkey-9.1',
    ]);
  });

  test('on the installed server where there is no other', () => {
    expect(runsOf([scenario], engines.slice(0, 1), false)).toHaveLength(1);
  });
});
