import { expect, test } from 'vitest';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/memory/hashtable-rehash-spike.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** What 7.4 and newer tell, MiB. */
  told?: number;
  keys?: [before: number, now: number];
  once?: true;
  /** MiB. */
  max?: number;
  used?: number;
  evicted?: number;
}

function rowScene({ told, keys: [before, now] = [0, 0], once, max = 0, used = 0, evicted = 0 }: Row) {
  const at = (keys: number) => ({ keys, expires: 0, databases: [{ index: 0, keys, expires: 0 }] });
  const readings = [
    saw(memory, {
      mem_overhead_db_hashtable_rehashing: told === undefined ? undefined : told * MIB,
      maxmemory: max * MIB,
      effective: used * MIB,
      used_memory: used * MIB,
    }),
    saw(keyspace, at(now), once ? undefined : at(before)),
    saw(stats, { evicted_keys: evicted }, { evicted_keys: 0 }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['a version that tells: nothing', { told: 0, keys: [1 << 20, (1 << 20) + 1] }, 'clear'],
  ['a version that tells: a small table', { told: 7 }, 'clear'],
  ['a version that tells: a large table', { told: 8 }, 'info'],
  ['a twentieth of maxmemory on a full server', { told: 8, max: 160, used: 144 }, 'warning'],
  ['the same with room', { told: 8, max: 160, used: 143 }, 'info'],
  ['the same with room, but evicting', { told: 8, max: 160, used: 143, evicted: 1 }, 'warning'],
  ['a smaller share of a full server', { told: 8, max: 161, used: 161 }, 'info'],
  ['keys up to a power of two', { keys: [(1 << 20) - 10, 1 << 20] }, 'clear'],
  ['keys past a power of two', { keys: [1 << 20, (1 << 20) + 1] }, 'info'],
  ['keys past a small power of two', { keys: [1 << 18, (1 << 18) + 1] }, 'clear'],
  ['fewer keys than before', { keys: [(1 << 20) + 1, 1 << 20] }, 'clear'],
  ['a version that does not tell, seen once', { keys: [0, 9], once: true }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the step is that of the new table', () => {
  expect(rule.assess('rule', rowScene({ keys: [1 << 20, (1 << 20) + 1] }))).toMatchObject([
    { headline: 'The hash table of the keys is being doubled, which takes 16 MiB' },
  ]);
});
