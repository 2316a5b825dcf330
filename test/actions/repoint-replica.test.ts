import { describe, expect, test } from 'vitest';
import action from '../../src/actions/repoint-replica.ts';
import { client } from '../support/client.ts';
import { GIB, group, lines, mustPlan, type Over, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const lost = (over: Over = {}, name = REPLICA) =>
  replica(
    {
      ...over,
      identity: { primary: { host: '10.9.9.9', port: 1 }, ...over.identity },
      replication: { master_link_status: 'down', ...over.replication },
    },
    name,
  );
const stranger = { replication: { master_replid: 'b'.repeat(40) } };

test('a copy goes home with one approver, and back again', () => {
  const plan = mustPlan(action, group([primary(), lost()]), {}, 1);
  expect(lines(plan.commands)).toEqual([`${REPLICA}> REPLICAOF 10.0.0.1 6379`]);
  expect(lines(plan.undo)).toEqual([`${REPLICA}> REPLICAOF 10.9.9.9 1`]);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { to: { host: '10.0.0.1', port: 6379 } } });
  expect(plan.impact.join(' ')).toContain('without a full copy');
});

test('a history of its own makes it destructive, without a way back', () => {
  const plan = mustPlan(action, group([primary(), lost(stranger)]), {}, 1);
  expect(plan.risk).toBe('destructive');
  expect(plan.undo).toContain('replaced for good');
  expect(plan.impact.join(' ')).toMatch(/only here is lost.*full copy \(its history/);
});

test('a replica that is ahead of the primary is no copy of it', () => {
  const ahead = lost({ replication: { slave_repl_offset: 99 * GIB } });
  expect(mustPlan(action, group([primary(), ahead]), {}, 1).risk).toBe('destructive');
});

test('an empty replica has nothing to lose', () => {
  const plan = mustPlan(action, group([primary(), lost({ ...stranger, keyspace: { keys: 0 } })]), {}, 1);
  expect(plan.risk).toBe('disruptive');
  expect(plan.impact.join(' ')).toContain('full copy (it is empty)');
});

test.each([
  ['another machine cannot reach', REPLICA, 'only known by a loopback address'],
  ['the same machine can', '127.0.0.1:6380', ''],
])('a loopback address of the primary is one that %s', (_who, name, reason) => {
  const local = { ...primary(), name: '127.0.0.1:6379' };
  expect(refusal(action, group([local, lost({}, name)]), {}, 1)).toContain(reason);
});

describe('refuses', () => {
  const second = { ...primary(), name: '10.0.0.5:6379' };
  test.each([
    ['a primary', [primary(), primary()], 'is not a replica'],
    ['when no primary was read', [replica(), lost()], 'no primary'],
    ['two primaries', [primary(), lost(), second], 'a person must choose'],
    ['what is so already', [primary(), replica()], 'already'],
    ['a primary that lost its data', [primary({ keyspace: { keys: 499 } }), lost()], 'wipe'],
    ['an empty primary', [primary({ keyspace: { keys: 0 } }), lost()], 'wipe'],
    ['a primary that loads', [primary({ identity: { loading: true } }), lost()], 'is loading'],
    ['in a cluster', [primary(), lost({ identity: { mode: 'cluster' } })], 'CLUSTER REPLICATE'],
    [
      'under Sentinel',
      [primary(), lost({ clients: [client({ name: 'sentinel-0a1b2c3d-cmd' })] })],
      'SENTINEL FAILOVER',
    ],
    [
      'when the primary has no room to fork',
      [primary({ persistence: { rdb_last_cow_size: 13 * GIB } }), lost(stranger)],
      'the fork may need',
    ],
  ])('%s', (_what, nodes, reason) => expect(refusal(action, group(nodes), {}, 1)).toContain(reason));

  test('where half of the keys are there, expiry explains the rest', () =>
    expect(refusal(action, group([primary({ keyspace: { keys: 500 } }), lost()]), {}, 1)).toBe(''));
});
