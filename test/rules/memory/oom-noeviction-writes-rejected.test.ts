import { expect, test } from 'vitest';
import type { Role } from '../../../src/domain/server.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import rule from '../../../src/rules/memory/oom-noeviction-writes-rejected.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  used: number;
  notCounted?: number;
  max?: number;
  policy?: string;
  /** Lifetime OOM errors at the first and at the second sample; no pair without the first. */
  oom?: [before: number | undefined, now: number];
  role?: Role;
  ignores?: 'yes' | 'no';
}

function rowScene({ used, notCounted = 0, max = 1000, policy = 'noeviction', oom, role, ignores }: Row) {
  const [before, now] = oom ?? [0, 0];
  const counts = (count: number) => ({ counts: new Map(count === 0 ? [] : [['OOM', count]]) });
  return scene({
    nodes: [
      {
        role: role ?? 'primary',
        readings: [
          saw(memory, {
            used_memory: used,
            mem_not_counted_for_evict: notCounted,
            maxmemory: max,
            maxmemory_policy: policy,
            effective: used - notCounted,
          }),
          before === undefined ? saw(errorStats, counts(now)) : saw(errorStats, counts(now), counts(before)),
          ...(ignores ? [saw(memoryConfig, { replica_ignore_maxmemory: ignores })] : []),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['just below the limit', { used: 999 }, 'clear'],
  ['at the limit', { used: 1000 }, 'critical'],
  ['over the limit by buffers that are not counted', { used: 1100, notCounted: 101 }, 'clear'],
  ['without a limit', { used: 1000, max: 0 }, 'clear'],
  ['a full LRU cache', { used: 1000, policy: 'allkeys-lru' }, 'clear'],
  ['a policy of a newer version', { used: 1000, policy: 'volatile-lrm' }, 'clear'],
  ['below the limit, one refusal: one huge write', { used: 900, oom: [3, 4] }, 'clear'],
  ['below the limit, two refusals', { used: 900, oom: [3, 5] }, 'critical'],
  ['the first refusals ever', { used: 900, oom: [0, 2] }, 'critical'],
  ['refusals of last week', { used: 900, oom: [500, 500] }, 'clear'],
  ['refusals of whenever, without a pair', { used: 900, oom: [undefined, 500] }, 'clear'],
  ['counters that were reset in between', { used: 900, oom: [500, 2] }, 'clear'],
  ['a full replica ignores the limit', { used: 1100, role: 'replica', ignores: 'yes' }, 'clear'],
  ['a full replica that was told not to', { used: 1100, role: 'replica', ignores: 'no' }, 'critical'],
  ['a full replica whose CONFIG is closed to us', { used: 1100, role: 'replica' }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the headline says how many writes were rejected, the evidence names the raw fields', () => {
  const [found] = rule.assess('rule', rowScene({ used: 1100, notCounted: 50, oom: [1, 8] }));
  expect(found).toMatchObject({ headline: expect.stringMatching(/^7 writes were rejected in 2 s/) });
  expect(found?.kind === 'found' && found.evidence).toContainEqual({
    field: 'used_memory',
    value: '1100',
    expected: '< 1050',
  });
  expect(rule.explains).toContain('memory-near-maxmemory');
});

test('a replica that holds as much as its full primary is no incident of its own', () => {
  expect(rule.explains).toContain('replica-over-maxmemory');
});
