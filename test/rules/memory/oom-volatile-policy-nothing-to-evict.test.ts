import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import rule from '../../../src/rules/memory/oom-volatile-policy-nothing-to-evict.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  used?: number;
  policy?: string;
  keys?: number;
  expires?: number;
  clients?: number;
  replica?: boolean;
  rejected?: number;
}

function rowScene({
  used = 950,
  policy = 'volatile-lru',
  keys = 1000,
  expires = 0,
  clients = 0,
  replica,
  rejected,
}: Row) {
  return scene({
    nodes: [
      {
        role: replica ? 'replica' : 'primary',
        readings: [
          saw(memory, {
            used_memory: used,
            maxmemory: 1000,
            maxmemory_policy: policy,
            mem_clients_normal: clients,
            effective: used,
          }),
          saw(keyspace, { keys, expires }),
          saw(errorStats, { counts: new Map([['OOM', 7 + (rejected ?? 0)]]) }, { counts: new Map([['OOM', 7]]) }),
          saw(memoryConfig, { replica_ignore_maxmemory: 'yes' }),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['at 90 % without expiries', { used: 900 }, 'critical'],
  ['just below 90 %', { used: 899 }, 'clear'],
  ['4.9 % of the keys have an expiry', { expires: 49 }, 'critical'],
  ['5 % of the keys have an expiry', { expires: 50 }, 'clear'],
  ['a policy that 8.6 brought', { policy: 'volatile-lrm' }, 'critical'],
  ['noeviction is another finding', { policy: 'noeviction' }, 'clear'],
  ['allkeys-lru evicts anything', { policy: 'allkeys-lru' }, 'clear'],
  ['no keys at all: something else fills it', { keys: 0 }, 'clear'],
  ['half of it is client buffers', { clients: 500 }, 'critical'],
  ['more than half of it is client buffers, which no expiry helps', { clients: 501 }, 'clear'],
  ['a replica that ignores the limit', { replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test.each([
  [0, /^950 B of 1000 B are used \(95 %\) and 0 of 1000 keys/],
  [3, /^3 writes were rejected in 2 s: 0 of 1000 keys/],
])('after %i rejected writes the headline is %s', (rejected, headline) => {
  expect(rule.assess('rule', rowScene({ rejected }))).toMatchObject([{ headline: expect.stringMatching(headline) }]);
});

test('a replica that holds as much as its full primary is no incident of its own', () => {
  expect(rule.explains).toContain('replica-over-maxmemory');
});
