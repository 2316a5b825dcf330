import { expect, test } from 'vitest';
import type { Purpose, Target } from '../../../src/domain/target.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import rule from '../../../src/rules/memory/memory-near-maxmemory.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB of 1000 MiB, unless max says otherwise. */
  used: number;
  max?: number;
  notCounted?: number;
  policy?: string;
  purpose?: Purpose;
  expires?: number;
  replica?: 'ignores' | 'obeys';
  thresholds?: Target['thresholds'];
}

function rowScene({ used, max = 1000, notCounted = 0, policy = 'noeviction', purpose, expires = 0, ...row }: Row) {
  const { replica, thresholds = {} } = row;
  return scene({
    target: { thresholds, ...(purpose && { purpose }) },
    nodes: [
      {
        role: replica ? 'replica' : 'primary',
        readings: [
          saw(memory, {
            used_memory: used * MIB,
            used_memory_startup: 0.9 * MIB,
            mem_not_counted_for_evict: notCounted * MIB,
            maxmemory: max * MIB,
            maxmemory_policy: policy,
            effective: (used - notCounted) * MIB,
          }),
          saw(keyspace, { keys: 1000, expires }),
          saw(memoryConfig, { replica_ignore_maxmemory: replica === 'obeys' ? 'no' : 'yes' }),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['below 80 %', { used: 799 }, 'clear'],
  ['at 80 %', { used: 800 }, 'warning'],
  ['below 90 %', { used: 899 }, 'warning'],
  ['at 90 %', { used: 900 }, 'critical'],
  ['at 85 % with buffers that do not count', { used: 850, notCounted: 60 }, 'clear'],
  ['without a limit', { used: 900, max: 0 }, 'clear'],
  ['a full LRU cache, purpose not declared', { used: 1000, policy: 'allkeys-lru' }, 'clear'],
  ['a full LRU cache, declared', { used: 1000, policy: 'allkeys-lru', purpose: 'cache' }, 'clear'],
  ['a declared store that would evict', { used: 950, policy: 'allkeys-lru', purpose: 'store' }, 'critical'],
  ['a queue that would evict', { used: 810, policy: 'allkeys-lru', purpose: 'queue' }, 'warning'],
  ['sessions with expiries', { used: 810, policy: 'volatile-ttl', expires: 1000, purpose: 'session' }, 'warning'],
  ['volatile with expiries evicts like a cache', { used: 950, policy: 'volatile-lru', expires: 50 }, 'clear'],
  ['volatile without expiries refuses like a store', { used: 850, policy: 'volatile-lru', expires: 49 }, 'warning'],
  ['a cache that refuses writes', { used: 950, purpose: 'cache' }, 'critical'],
  ['an empty server with a tiny limit', { used: 1, max: 1.1 }, 'clear'],
  ['a small server that is full of data', { used: 1.8, max: 2 }, 'critical'],
  ['a replica that ignores the limit', { used: 950, replica: 'ignores' }, 'clear'],
  ['a replica that obeys the limit', { used: 950, replica: 'obeys' }, 'critical'],
  ["the target's own threshold", { used: 850, thresholds: { rule: { warning: 0.86 } } }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the headline says what will happen when it is full', () => {
  const headline = (row: Row) => rule.assess('rule', rowScene(row))[0];
  expect(headline({ used: 850 })).toMatchObject({ headline: expect.stringContaining('85 %') });
  expect(headline({ used: 850 })).toMatchObject({ headline: expect.stringContaining('writes will fail') });
  expect(headline({ used: 850, purpose: 'store', policy: 'allkeys-lfu' })).toMatchObject({
    headline: expect.stringContaining('evict data that should be kept'),
  });
  expect(headline({ used: 850, policy: 'volatile-ttl', expires: 1000, purpose: 'session' })).toMatchObject({
    headline: expect.stringContaining('evict data that should be kept'),
  });
});
