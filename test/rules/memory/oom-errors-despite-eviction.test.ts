import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/memory/oom-errors-despite-eviction.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  rejected?: number;
  evicted?: number;
  overhead?: number;
  policy?: string;
  max?: number;
}

function rowScene({ rejected = 2, evicted = 0, overhead = 100, policy = 'allkeys-lru', max = 1000 }: Row) {
  const readings = [
    saw(memory, { maxmemory: max, maxmemory_policy: policy, used_memory_overhead: overhead, used_memory_startup: 100 }),
    saw(stats, { evicted_keys: 50 + evicted }, { evicted_keys: 50 }),
    saw(errorStats, { counts: new Map([['OOM', 4 + rejected]]) }, { counts: new Map([['OOM', 4]]) }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['evicting, and two writes are refused', { evicted: 10 }, 'high'],
  ['evicting, and one write is refused: it was huge', { evicted: 10, rejected: 1 }, 'clear'],
  ['evicting without refusals', { evicted: 10, rejected: 0 }, 'clear'],
  ['nothing evicted, as more than half of it is overhead', { overhead: 601 }, 'high'],
  ['nothing evicted, for whatever reason', {}, 'high'],
  ['noeviction is another finding', { evicted: 10, policy: 'noeviction' }, 'clear'],
  ['without a limit', { evicted: 10, max: 0 }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test.each<[Row, string]>([
  [{ evicted: 10 }, 'although 10 keys were evicted'],
  [{ overhead: 600 }, 'what fills memory is no key'],
  [{ overhead: 601 }, '50 % of maxmemory is overhead'],
])('%o is told: %s', (row, wanted) => {
  expect(JSON.stringify(rule.assess('rule', rowScene(row)))).toContain(wanted);
});

test('one sample says nothing of refusals', () => {
  const readings = [saw(memory, { maxmemory: 1000, maxmemory_policy: 'allkeys-lru' }), saw(stats, {})];
  expect(said(rule, scene({ nodes: [{ readings: [...readings, saw(errorStats, { counts: new Map() })] }] }))).toBe(
    'unassessed',
  );
});
