import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/eviction-of-durable-data.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[Purpose | undefined, number | undefined, number, string]>([
  ['store', 5, 6, 'critical'],
  ['queue', 5, 6, 'critical'],
  ['session', 5, 6, 'critical'],
  ['store', 6, 6, 'clear'],
  ['store', undefined, 6, 'unassessed'],
  ['store', 9, 6, 'unassessed'],
  ['cache', 5, 6, 'clear'],
  [undefined, 5, 6, 'clear'],
])('%s: evicted_keys from %s to %i is %s', (purpose, before, now, wanted) => {
  const readings = [
    saw(memory, { maxmemory_policy: 'allkeys-lru' }),
    before === undefined
      ? saw(stats, { evicted_keys: now })
      : saw(stats, { evicted_keys: now }, { evicted_keys: before }),
  ];
  expect(said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings }] }))).toBe(wanted);
});
