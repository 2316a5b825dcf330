import { describe, expect, test } from 'vitest';
import action from '../../src/actions/cluster-failover.ts';
import clusterInfo from '../../src/probes/cluster-info.ts';
import { clusterScene, type Members } from '../support/cluster-scene.ts';
import { group, lines, MIB, mustPlan, type Over, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const row = { address: { host: '10.0.0.4', port: 6379 }, state: 'online', offset: 10 * MIB - 7, ackSeconds: 0 };
const readings = (over: Over, state = 'ok') => [
  ...primary({ ...over, replication: { replicas: [row], ...over.replication } }).readings,
  saw(clusterInfo, { cluster_state: state }),
];
const followers = (over: Over) => [...replica(over).readings, saw(clusterInfo, { cluster_state: 'ok' })];

/** The shard of a, with d as its replica. */
const shard = ({
  a = {},
  d = {},
  state = 'ok',
  more = {},
}: {
  a?: Over;
  d?: Over;
  state?: string;
  more?: Members;
} = {}) =>
  clusterScene({
    ...more,
    a: { readings: readings(a, state), ...(a.identity && { identity: a.identity }), ...more.a },
    d: { readings: followers(d), ...(d.identity && { identity: d.identity }), ...more.d },
  });

test.each([0, 3])('from node %i of the shard: the replica asks its primary to hold back, and back again', (at) => {
  const plan = mustPlan(action, shard(), {}, at);
  expect(lines(plan.commands)).toEqual(['10.0.0.4:6379> CLUSTER FAILOVER']);
  expect(lines(plan.undo)).toEqual(['10.0.0.1:6379> CLUSTER FAILOVER']);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { to: '10.0.0.4:6379' } });
  expect(plan.commands[0]?.until?.shows).toHaveLength(3);
  expect(plan.impact.join(' ')).toMatch(/7 B behind.*5 s at most.*12 are connected/);
});

test('a primary whose disk fails is kept alive as a replica', () => {
  const plan = mustPlan(action, shard({ a: { persistence: { failed_writes: 1 } } }));
  const guard = '10.0.0.1:6379> CONFIG SET replica-ignore-disk-write-errors';
  expect(lines(plan.commands)).toEqual([`${guard} yes`, '10.0.0.4:6379> CLUSTER FAILOVER']);
  expect(lines(plan.undo)).toEqual(['10.0.0.1:6379> CLUSTER FAILOVER', `${guard} no`]);
  expect(lines(plan.otherwise ?? [])).toEqual([`${guard} no`]);
});

describe('refuses', () => {
  test.each([
    ['a server that is in no cluster', group([primary()]), 'is in no cluster'],
    ['a dead primary', shard({ more: { a: { dead: true } } }), 'only while it lives', 2],
    ['one that loads', shard({ a: { identity: { loading: true } } }), 'is loading'],
    ['a cluster that is down', shard({ state: 'fail' }), 'the cluster is down'],
    ['slots on their way', shard({ more: { a: { open: '[7->-b]' } } }), 'a slot of 10.0.0.1:6379 are being moved'],
    ['a primary that most do not hear', shard({ more: { a: { flags: 'fail' } } }), 'most nodes do not hear'],
    ['a disk that fails', shard({ d: { persistence: { failed_writes: 1 } } }), 'as primary it would refuse writes'],
    ['no replica', shard({ more: { d: { follows: 'b' } } }), 'there is no replica'],
    ['a broken link', shard({ d: { replication: { master_link_status: 'down' } } }), 'its link to the primary is down'],
    ['what is far behind', shard({ a: { replication: { master_repl_offset: 99 * MIB } } }), 'held back for too long'],
    ['what asks for more', shard({ d: { replicationConfig: { min_replicas_to_write: 2 } } }), 'asks for 2'],
  ])('%s', (_what, snapshot, reason, at = 0) => expect(refusal(action, snapshot, {}, at)).toContain(reason));

  test('a replica of another shard', () =>
    expect(refusal(action, shard(), { to: '10.0.0.5:6379' })).toContain('is no replica of 10.0.0.1:6379'));
});
