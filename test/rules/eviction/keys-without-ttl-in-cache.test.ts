import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import keySample from '../../../src/probes/key-sample.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/eviction/keys-without-ttl-in-cache.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  purpose?: Purpose;
  keys?: number;
  expires?: number;
  policy?: string;
  max?: number;
  replica?: true;
}

function rowScene({ purpose, keys = 2000, expires = 0, policy = 'noeviction', max = 1000, replica }: Row) {
  const readings = [saw(memory, { maxmemory: max, maxmemory_policy: policy }), saw(keyspace, { keys, expires })];
  return scene({
    target: purpose === undefined ? {} : { purpose },
    nodes: [{ role: replica ? 'replica' : 'primary', readings }],
  });
}

test.each<[string, Row, string]>([
  ['a cache whose keys stay', { purpose: 'cache' }, 'warning'],
  ['sessions that stay', { purpose: 'session' }, 'warning'],
  ['a fifth of them expire', { purpose: 'cache', expires: 400 }, 'clear'],
  ['fewer than a fifth expire', { purpose: 'cache', expires: 399 }, 'warning'],
  ['1,000 keys', { purpose: 'cache', keys: 1000 }, 'clear'],
  ['a cache that evicts any key', { purpose: 'cache', policy: 'allkeys-lru' }, 'clear'],
  ['a cache that would, but has no limit', { purpose: 'cache', policy: 'allkeys-lru', max: 0 }, 'warning'],
  ['under volatile-* it is another finding', { purpose: 'cache', policy: 'volatile-ttl' }, 'clear'],
  ['a store keeps its keys', { purpose: 'store' }, 'clear'],
  ['nobody said what it is', {}, 'clear'],
  ['a replica holds what its primary holds', { purpose: 'cache', replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test.each([
  ['locks that never expire, whatever the policy', 3, 'warning'],
  ['locks that all expire', 0, 'clear'],
])('%s', (_sentence, forever, want) => {
  const mustExpire = [{ prefix: 'lock:', keys: 40, forever }];
  const readings = [
    saw(memory, { maxmemory: 1, maxmemory_policy: 'allkeys-lru' }),
    saw(keyspace, { keys: 50, expires: 50 }),
    saw(keySample, { seen: 50, total: 50, ended: 'complete', mustExpire }),
  ];
  expect(said(rule, scene({ target: { purpose: 'cache' }, nodes: [{ readings }] }))).toBe(want);
});
