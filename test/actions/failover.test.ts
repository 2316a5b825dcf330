import { describe, expect, test } from 'vitest';
import action from '../../src/actions/failover.ts';
import { client } from '../support/client.ts';
import { group, lines, MIB, mustPlan, type Over, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const THIRD = '10.0.0.3:6379';

const head = (over: Over = {}) =>
  primary({
    ...over,
    replication: {
      master_failover_state: 'no-failover',
      connected_slaves: 2,
      replicas: [row('10.0.0.2', 10 * MIB), row('10.0.0.3', 10 * MIB - 100)],
      ...over.replication,
    },
  });
const row = (host: string, offset: number, state = 'online') => ({
  address: { host, port: 6379 },
  state,
  offset,
  ackSeconds: 0,
});
const second = (over: Over = {}) => replica(over);
const third = (over: Over = {}) =>
  replica({ ...over, replication: { slave_repl_offset: 10 * MIB - 100, ...over.replication } }, THIRD);

test('the replica with the most data takes over, the other follows it, and the way back is the same', () => {
  const plan = mustPlan(action, group([head(), third(), second()]));
  expect(lines(plan.commands)).toEqual([
    '10.0.0.1:6379> FAILOVER TO 10.0.0.2 6379 TIMEOUT 10000',
    `${THIRD}> REPLICAOF 10.0.0.2 6379`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${REPLICA}> FAILOVER TO 10.0.0.1 6379 TIMEOUT 10000`,
    `${THIRD}> REPLICAOF 10.0.0.1 6379`,
  ]);
  expect(lines(plan.otherwise ?? [])).toEqual(['10.0.0.1:6379> FAILOVER ABORT']);
  expect(lines(plan.undoOtherwise ?? [])).toEqual(['10.0.0.2:6379> FAILOVER ABORT']);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { to: REPLICA, timeout_ms: 10_000 } });
  expect(new Set(plan.watches.map(({ node }) => node)).size).toBe(3);
  expect(plan.impact.join(' ')).toMatch(/at most 10 s.*12 connections.*1 other replica follows.*CONFIG REWRITE on 10/);
});

test('a primary whose disk fails is kept alive as a replica, and gets its role back only when the disk works', () => {
  const plan = mustPlan(action, group([head({ persistence: { failed_writes: 1 } }), second(), third()]));
  expect(lines(plan.commands)[0]).toBe('10.0.0.1:6379> CONFIG SET replica-ignore-disk-write-errors yes');
  expect(lines(plan.undo).at(-1)).toBe('10.0.0.1:6379> CONFIG SET replica-ignore-disk-write-errors no');
  expect(plan.undoWhile).toEqual([{ node: '10.0.0.1:6379', reading: 'persistence.failed_writes', below: 1 }]);
  expect(plan.otherwise?.at(-1)).toMatchObject({ unless: [{ reading: 'replication.role', value: 'slave' }] });
  expect(plan.impact.join(' ')).toContain('would end at the next write');
});

test('one is asked for by name, from the finding of a replica', () =>
  expect(mustPlan(action, group([head(), second(), third()]), { to: THIRD }, 2).args).toMatchObject({ to: THIRD }));

test('a primary that is followed by name has a way back for people only', () => {
  const named = second({ identity: { primary: { host: 'redis-a', port: 6379 } } });
  const byName = { ...head(), name: 'redis-a:6379' };
  expect(mustPlan(action, group([byName, named])).undo).toContain('Fail over again');
});

describe('refuses', () => {
  test.each([
    ['without a primary', [second()], 'the primary of'],
    ['6.0', [head(), second({ identity: { version: '6.0.16' } })], 'from 6.2 on'],
    ['one that loads', [head({ identity: { loading: true } }), second()], 'is loading'],
    ['in a cluster', [head({ identity: { mode: 'cluster' } }), second()], 'CLUSTER FAILOVER'],
    ['under Sentinel', [head({ clients: [client({ name: 'sentinel-0a1b2c3d-cmd' })] }), second()], 'SENTINEL FAILOVER'],
    [
      'while one is under way',
      [head({ replication: { master_failover_state: 'waiting-for-sync' } }), second()],
      'waiting-for-sync',
    ],
    ['no replica', [head()], 'there is no replica'],
    [
      'a broken link',
      [head(), second({ replication: { master_link_status: 'down' } })],
      'its link to the primary is down',
    ],
    ['a full copy', [head(), second({ replication: { master_sync_in_progress: 1 } })], 'taking a full copy'],
    ['a disk that fails', [head(), second({ persistence: { failed_writes: 1 } })], 'as primary it would refuse writes'],
    ['priority 0', [head(), second({ replication: { slave_priority: 0 } })], 'replica-priority is 0'],
    ['one that takes writes', [head(), second({ replication: { slave_read_only: 0 } })], 'writes of its own'],
    ['too little memory', [head(), second({ memoryConfig: { maxmemory: MIB } })], 'refuse writes'],
    [
      'too little memory of a cache',
      [head(), second({ memoryConfig: { maxmemory: MIB, maxmemory_policy: 'allkeys-lru' } })],
      'delete keys (allkeys-lru)',
    ],
    ['what its primary does not list', [head({ replication: { replicas: [] } }), second()], 'does not count it'],
    [
      'what is far behind',
      [head({ replication: { master_repl_offset: 90 * MIB } }), second()],
      'writes would be held back for too long',
    ],
    ['what would refuse all', [head(), second({ replicationConfig: { min_replicas_to_write: 2 } })], 'asks for 2'],
  ])('%s', (_what, nodes, reason) => expect(refusal(action, group(nodes))).toContain(reason));

  test('a replica that is not there', () =>
    expect(refusal(action, group([head(), second()]), { to: '10.0.0.9:1' })).toContain('is not a replica of'));
});
