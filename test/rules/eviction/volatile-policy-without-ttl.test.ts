import { expect, test } from 'vitest';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/eviction/volatile-policy-without-ttl.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  keys?: number;
  expires?: number;
  policy?: string;
  max?: number;
}

function rowScene({ keys = 2000, expires = 0, policy = 'volatile-lru', max = 1000 }: Row) {
  const readings = [saw(memory, { maxmemory: max, maxmemory_policy: policy }), saw(keyspace, { keys, expires })];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['no expiries', {}, 'warning'],
  ['just below 20 %', { expires: 399 }, 'warning'],
  ['20 %', { expires: 400 }, 'clear'],
  ['1000 keys', { keys: 1000 }, 'clear'],
  ['1001 keys', { keys: 1001 }, 'warning'],
  ['a policy that evicts anything', { policy: 'allkeys-lru' }, 'clear'],
  ['no limit, so nothing is evicted', { max: 0 }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
