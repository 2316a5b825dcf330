import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/memory/script-cache-bloat.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  cached?: number;
  added?: number;
  evicted?: number;
  seconds?: number;
}

function rowScene({ cached, added = 0, evicted = 0, seconds = 10 }: Row) {
  const before = {
    number_of_cached_scripts: cached === undefined ? undefined : cached - added,
    used_memory_scripts: 1024,
  };
  const readings = [
    saw(memory, { number_of_cached_scripts: cached, used_memory_scripts: 2048 }, before),
    saw(stats, { evicted_scripts: 70 + evicted }, { evicted_scripts: 70 }),
  ];
  return scene({ nodes: [{ readings, seconds }] });
}

test.each<[string, Row, string]>([
  ['an application with 1,000 scripts', { cached: 1000 }, 'clear'],
  ['more than 1,000 scripts', { cached: 1001 }, 'warning'],
  ['scripts that were pushed out while we looked', { cached: 500, evicted: 1 }, 'warning'],
  ['one new script a second', { cached: 300, added: 10 }, 'clear'],
  ['more than one new script a second', { cached: 300, added: 11 }, 'warning'],
  ['the same for a moment', { cached: 300, added: 9, seconds: 2 }, 'clear'],
  ['an application that loads its own scripts', { cached: 100, added: 90 }, 'clear'],
  ['a version that does not tell', {}, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('what is new counts those that were pushed out', () => {
  expect(rule.assess('rule', rowScene({ cached: 500, evicted: 40 }))).toMatchObject([
    { headline: '500 scripts are cached, 40 of them new in 10 s' },
  ]);
});
