import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import replication from '../../../src/probes/replication.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/persistence/fork-slow.ts';
import { said, saw, scene } from '../../support/scene.ts';

const GIB = 1024 ** 3;

function answer(
  ms: number | undefined,
  gib: number,
  { save = '3600 1', aof = 0, replicas = 0, forked = 0 } = {},
): string {
  const counters = (total_forks: number) => ({ ...(ms !== undefined && { latest_fork_usec: ms * 1000 }), total_forks });
  const readings = [
    saw(stats, counters(5 + forked), counters(5)),
    saw(memory, { used_memory: gib * GIB }),
    saw(persistenceConfig, { save, appendonly: aof === 1 ? 'yes' : 'no' }),
    saw(replication, { connected_slaves: replicas }),
  ];
  return said(rule, scene({ nodes: [{ readings }] }));
}

test.each([
  [0, 4, 'clear'],
  [159, 4, 'clear'],
  [160, 4, 'warning'],
  [399, 4, 'warning'],
  [400, 4, 'high'],
  [499, 20, 'clear'],
  [500, 20, 'warning'],
  [1000, 20, 'high'],
  [49, 0.3, 'clear'],
  [50, 0.3, 'high'],
  [400, 0.1, 'clear'],
  [500, 0.1, 'warning'],
  [undefined, 4, 'unassessed'],
])('a fork of %s ms with %d GiB: %s', (ms, gib, want) => {
  expect(answer(ms, gib)).toBe(want);
});

test.each([
  ['nothing that forks is on', { save: '' }, 'info'],
  ['it forked just now all the same', { save: '', forked: 1 }, 'high'],
  ['rewrites of the append-only file', { save: '', aof: 1 }, 'high'],
  ['full syncs', { save: '', replicas: 1 }, 'high'],
])('a slow fork of long ago, and %s: %s', (_sentence, over, want) => {
  expect(answer(2000, 4, over)).toBe(want);
});
