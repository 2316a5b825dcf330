import { expect, test } from 'vitest';
import clusterSlotStats from '../../../src/probes/cluster-slot-stats.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/cluster/cluster-imbalance.ts';
import { clusterScene, type Member, type Members } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

const MB = 1024 * 1024;

function load(keys: number, used = 0, commands = 0): Member {
  return {
    readings: [
      saw(keyspace, { keys }),
      saw(memory, { used_memory: used * MB, used_memory_startup: MB }),
      saw(stats, { total_commands_processed: commands }, { total_commands_processed: 0 }),
    ],
  };
}

test.each<[string, Members, string]>([
  ['even', { a: load(50_000), b: load(50_000), c: load(50_000) }, 'clear'],
  ['one and a half times the mean', { a: load(60_000), b: load(30_000), c: load(30_000) }, 'clear'],
  ['more than that', { a: load(61_000), b: load(30_000), c: load(30_000) }, 'warning'],
  ['more than that of few keys', { a: load(98_000), b: load(1000), c: load(1000) }, 'clear'],
  ['of one key more', { a: load(98_001), b: load(1000), c: load(1000) }, 'warning'],
  ['memory', { a: load(50_000, 90), b: load(50_000, 30), c: load(50_000, 30) }, 'warning'],
  ['memory of which there is little', { a: load(50_000, 40), b: load(50_000, 4), c: load(50_000, 4) }, 'clear'],
  ['commands', { a: load(50_000, 0, 8000), b: load(50_000), c: load(50_000) }, 'warning'],
  ['commands that are few', { a: load(50_000, 0, 5000), b: load(50_000), c: load(50_000) }, 'clear'],
  ['replicas do not count', { a: load(50_000), b: load(50_000), c: load(50_000), d: load(900_000) }, 'clear'],
  ['a shard that tells nothing leaves no mean', { a: load(900_000), b: load(1), c: {} }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the fullest shard is named, with its slots and a hash tag that fills it', () => {
  const slots = [
    { slot: 7, keys: 80_000 },
    { slot: 8, keys: 20_000 },
  ];
  const heavy = { readings: [...(load(100_000).readings ?? []), saw(clusterSlotStats, { slots })] };
  expect(rule.assess('x', clusterScene({ a: load(10_000), b: heavy, c: load(10_000) }))).toMatchObject([
    {
      node: '10.0.0.2:6379',
      headline: '10.0.0.2:6379 has 2.5 times its share of the keys of 3 shards',
      evidence: [
        { field: 'keys', value: '100,000', expected: '<= 60,000, the mean is 40,000' },
        { field: 'slots', value: '5462', expected: 'about 5461' },
        { field: 'keys of slot 7', value: '80 %' },
      ],
    },
  ]);
});

test.each<[string, Members, string, string]>([
  [
    'too much data',
    { a: load(50_000, 90), b: load(50_000, 30), c: load(50_000, 30) },
    'memory-near-maxmemory',
    'engine-cpu-saturated',
  ],
  [
    'too much work',
    { a: load(50_000, 0, 8000), b: load(50_000), c: load(50_000) },
    'engine-cpu-saturated',
    'memory-near-maxmemory',
  ],
])('%s accounts for what that does to the server', (_what, members, does, doesNot) => {
  const [found] = rule.assess('x', clusterScene(members));
  const explains = found?.kind === 'found' ? found.explains : undefined;
  expect(explains).toContain(does);
  expect(explains).not.toContain(doesNot);
});
