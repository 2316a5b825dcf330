import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import commandStats from '../../../src/probes/command-stats.ts';
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
  readings.push(saw(commandStats, calls({ get: 2 }), calls({ get: 1 })));
  expect(said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings }] }))).toBe(wanted);
});

function calls(by: Readonly<Record<string, number>>) {
  const counters = { usec: 0, rejected: 0, failed: 0 };
  return { commands: new Map(Object.entries(by).map(([name, count]) => [name, { ...counters, calls: count }])) };
}

test.each<[string, string, number, number, string]>([
  ['workers take from a stream', 'xreadgroup', 3, 4, 'warning'],
  ['workers wait for a list, for the first time', 'brpop', 0, 1, 'warning'],
  ['workers did so in the past', 'xreadgroup', 4, 4, 'clear'],
  ['the application only reads', 'get', 3, 4, 'clear'],
])('nobody declared the purpose: %s (%s from %i to %i) is %s', (_what, command, before, now, wanted) => {
  const row = (policy: string) =>
    scene({
      nodes: [
        {
          readings: [
            saw(memory, { maxmemory_policy: policy }),
            saw(stats, { evicted_keys: 6 }, { evicted_keys: 5 }),
            saw(commandStats, calls({ [command]: now }), calls(before === 0 ? {} : { [command]: before })),
          ],
        },
      ],
    });
  expect(said(rule, row('allkeys-lru'))).toBe(wanted);
  expect(said(rule, row('volatile-lru'))).toBe('clear');
});
