import { expect, test } from 'vitest';
import action from '../../src/actions/reconnect-replica.ts';
import { group, lines, MIB, mustPlan, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const behind = (bytes: number) => ({ replication: { slave_repl_offset: 10 * MIB - bytes } });
const LATE = '10.0.0.3:6379';

test('on the replica, with the gap and what the backlog holds', () => {
  const plan = mustPlan(action, group([primary(), replica(behind(MIB / 2))]), {}, 1);
  expect(lines(plan.commands)).toEqual([`${REPLICA}> CLIENT KILL TYPE master`]);
  expect(plan.impact[1]).toContain('512 KiB behind and the backlog reaches back 1 MiB');
  expect(plan.watches).toContainEqual({ node: REPLICA, reading: 'replication.master_link_status' });
});

test('of a primary it takes the replica that is furthest behind, and stays with it', () => {
  const snapshot = group([primary(), replica(behind(10)), replica(behind(1000), LATE)]);
  const { args, commands } = mustPlan(action, snapshot);
  expect(lines(commands)).toEqual([`${LATE}> CLIENT KILL TYPE master`]);
  expect(mustPlan(action, group([primary(), replica(behind(2000)), replica({}, LATE)]), args).commands).toEqual(
    commands,
  );
});

test.each([
  [
    'there is no link',
    [primary(), replica({ replication: { master_link_status: 'down' } })],
    'tries to connect every second',
  ],
  ['a full copy is under way', [primary(), replica({ replication: { master_sync_in_progress: 1 } })], 'start it over'],
  ['the gap is more than the backlog', [primary(), replica(behind(2 * MIB))], 'would need a full copy'],
  ['the gap nearly fills the backlog', [primary(), replica(behind(0.81 * MIB))], 'would need a full copy'],
  [
    'the history is another',
    [primary(), replica({ replication: { master_replid: 'b'.repeat(40) } })],
    'not that of the primary',
  ],
  [
    'the primary keeps no backlog',
    [primary({ replication: { repl_backlog_active: 0 } }), replica()],
    'keeps no backlog',
  ],
  ['the primary is loading', [primary({ identity: { loading: true } }), replica()], 'is loading'],
])('refuses when %s', (_when, nodes, reason) => expect(refusal(action, group(nodes), {}, 1)).toContain(reason));

test('refuses when the primary was not read, or there is no replica', () => {
  expect(refusal(action, group([replica()]))).toContain('could not be read');
  expect(refusal(action, group([primary()]))).toContain('is not a replica');
});
