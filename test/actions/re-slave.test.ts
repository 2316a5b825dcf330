import { expect, test } from 'vitest';
import action from '../../src/actions/re-slave.ts';
import { client } from '../support/client.ts';
import { GIB, group, lines, mustPlan, primary, REPLICA, refusal, replica } from '../support/planning.ts';

test('writes are fenced off before the server is a primary for a moment, and the fence is taken down last', () => {
  const plan = mustPlan(
    action,
    group([primary(), replica({ replicationConfig: { min_replicas_to_write: 1 } })]),
    {},
    1,
  );
  expect(lines(plan.commands)).toEqual([
    `${REPLICA}> CONFIG SET min-replicas-to-write 1000`,
    `${REPLICA}> REPLICAOF NO ONE`,
    `${REPLICA}> REPLICAOF 10.0.0.1 6379`,
    `${REPLICA}> CONFIG SET min-replicas-to-write 1`,
  ]);
  expect(plan.commands.every(({ applied }) => applied.length > 0)).toBe(true);
  expect(plan.undo).toContain('no way back');
  expect(plan.risk).toBe('destructive');
  expect(plan.impact.join(' ')).toMatch(/Writes that were made on the replica itself are lost.*NOREPLICAS/);
});

test('a link that is down is said: a full copy does not repair a network', () => {
  const down = replica({ replication: { master_link_status: 'down', master_link_down_since_seconds: 300 } });
  expect(mustPlan(action, group([primary(), down]), {}, 1).impact.at(-1)).toContain('down for 5 min');
});

test.each([
  ['the primary is empty', [primary({ keyspace: { keys: 0 } }), replica()], 'wipe'],
  [
    'the fence does not work',
    [primary(), replica({ replicationConfig: { min_replicas_max_lag: 0 } })],
    'kept from accepting writes',
  ],
  [
    'the fence cannot be read',
    [primary(), replica({ replicationConfig: { min_replicas_to_write: undefined } })],
    'kept from accepting writes',
  ],
  ['a copy is under way', [primary(), replica({ replication: { master_sync_in_progress: 1 } })], 'already'],
  ['a cluster', [primary(), replica({ identity: { mode: 'cluster' } })], 'CLUSTER REPLICATE'],
  ['Sentinel watches', [primary(), replica({ clients: [client({ name: 'sentinel-0a1b2c3d-pubsub' })] })], 'SENTINEL'],
  [
    'the primary cannot fork',
    [primary({ persistence: { rdb_last_cow_size: 13 * GIB } }), replica()],
    'the fork may need',
  ],
])('refuses when %s', (_when, nodes, reason) => expect(refusal(action, group(nodes), {}, 1)).toContain(reason));

test('refuses without the primary, and on a primary', () => {
  expect(refusal(action, group([replica()]))).toContain('could not be read');
  expect(refusal(action, group([primary()]))).toContain('is not a replica');
});
