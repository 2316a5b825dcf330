import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-parameter.ts';
import { SETTABLE } from '../../src/domain/settable.ts';
import clusterConfig from '../../src/probes/cluster-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const stream = { repl_backlog_ttl: 3600, replica_priority: 0, repl_timeout: 60, replica_read_only: 'no' };
const both = group([primary({ replicationConfig: stream }), replica({ replicationConfig: stream })]);

test('one of the group is set on every member, one of a server on that server', () => {
  expect(lines(mustPlan(action, both, { parameter: 'repl-backlog-ttl', value: 0 }).commands)).toEqual(
    [PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET repl-backlog-ttl 0`),
  );
  const plan = mustPlan(action, both, { parameter: 'replica-priority', value: '100' }, 1);
  expect(lines(plan.commands)).toEqual([`${REPLICA}> CONFIG SET replica-priority 100`]);
  expect(lines(plan.undo)).toEqual([`${REPLICA}> CONFIG SET replica-priority 0`]);
});

test('of a primary its replica is meant, and pinned', () => {
  const plan = mustPlan(action, both, { parameter: 'replica-priority', value: 100 });
  expect(plan.args).toEqual({ parameter: 'replica-priority', value: '100', node: REPLICA });
  expect(mustPlan(action, both, plan.args).commands).toEqual(plan.commands);
  expect(refusal(action, both, { ...(plan.args as object), node: PRIMARY })).toContain('is no replica');
  expect(refusal(action, group([primary()]), { parameter: 'replica-priority', value: 100 })).toContain(
    'could not be read',
  );
});

test('one of the cluster is set on every node of it, whatever their shard', () => {
  const config = { more: [saw(clusterConfig, { cluster_node_timeout: 2000 })], identity: { mode: 'cluster' as const } };
  const nodes = group([primary(config), { ...primary(config), name: '10.0.0.9:6379' }], { kind: 'cluster' });
  const plan = mustPlan(action, nodes, { parameter: 'cluster-node-timeout', value: 15_000 });
  expect(plan.commands.map(({ node }) => node)).toEqual([PRIMARY, '10.0.0.9:6379']);
  expect(plan.args).toEqual({ parameter: 'cluster-node-timeout', value: '15000' });
});

test('so many times what it is, pinned when it is planned again', () => {
  const table = group([primary({ memoryConfig: { tracking_table_max_keys: 1_000_000 } })]);
  const plan = mustPlan(action, table, { parameter: 'tracking-table-max-keys', times: 2 });
  expect(plan.args).toEqual({ parameter: 'tracking-table-max-keys', value: '2000000' });
});

describe('refuses', () => {
  test.each([
    ['io-threads', '8', 'read when the server starts'],
    ['databases', '32', 'read when the server starts'],
    ['tcp-backlog', '1024', 'write it into the configuration of 10.0.0.1:6379, then restart'],
    ['dir', '/tmp', 'is protected'],
    ['dbfilename', 'x', 'is protected'],
    ['requirepass', 'x', 'holds a credential'],
    ['masterauth', 'x', 'holds a credential'],
    ['maxmemory', '1', 'not among those'],
    ['constructor', '1', 'not among those'],
    ['repl-timeout', '5', 'from 10 to 3600'],
    ['repl-timeout', '60; 1', 'from 10 to 3600'],
    ['replica-read-only', 'no', 'expected yes'],
    ['repl-timeout', '60', 'is 60 already'],
    ['repl-diskless-load', 'disabled', 'does not show repl-diskless-load'],
  ])('%s %s', (parameter, value, because) => expect(refusal(action, both, { parameter, value })).toContain(because));
});

test('what may be set is told to people in full sentences', () => {
  for (const settable of Object.values(SETTABLE))
    for (const line of settable.does('1', '0')) expect(line).toMatch(/[.]$/);
});
