import { expect, test } from 'vitest';
import { readNodes } from '../../src/domain/snapshot.ts';
import {
  asksForMore,
  bestOf,
  handoverImpact,
  nobodyFit,
  tooFarBehind,
  unfitToFollow,
  watchMembers,
} from '../../src/domain/successor.ts';
import { group, MIB, primary, REPLICA, replica } from '../support/planning.ts';

const [one, two, other] = readNodes(group([primary(), replica(), replica({}, '10.0.0.3:6379')]));
if (!one || !two || !other) throw new Error('no nodes');
const link = {
  master_link_status: 'up',
  master_sync_in_progress: 0,
  slave_repl_offset: 100,
  slave_priority: 100,
  slave_read_only: 1,
};
const limit = { maxmemory: 0, maxmemory_policy: 'noeviction' };
const heir = { node: two, link, limit };

test('a replica in touch with its primary may follow it', () => expect(unfitToFollow(heir, MIB)).toBeUndefined());

test.each([
  [{ ...heir, link: { ...link, master_link_status: 'down' } }, 'link to the primary is down'],
  [{ ...heir, link: { ...link, slave_priority: 0 } }, 'replica-priority is 0'],
  [{ ...heir, limit: { ...limit, maxmemory: MIB } }, 'refuse writes'],
])('%#: unfit', (unfit, reason) => expect(unfitToFollow(unfit, MIB)).toContain(reason));

test('the most data wins, of equals the first by name', () => {
  const ahead = { node: other, link: { ...link, slave_repl_offset: 101 }, limit };
  expect(bestOf([heir, ahead])?.node).toBe(other);
  expect(bestOf([{ ...ahead, link }, heir])?.node).toBe(two);
  expect(bestOf([])).toBeUndefined();
});

test.each([
  [undefined, 'does not count it as online'],
  [{ state: 'send_bulk', offset: 0 }, 'does not count it as online'],
  [{ state: 'online', offset: 0 }, '65 MiB behind'],
  [{ state: 'online', offset: 64 * MIB }, 'fine'],
])('%o', (row, reason) => {
  expect(tooFarBehind({ master_repl_offset: 65 * MIB }, row) ?? 'fine').toContain(reason);
});

test('what is told and watched', () => {
  expect(nobodyFit([{ heir, because: 'it sleeps' }])).toBe(`no replica may take over: ${REPLICA}: it sleeps`);
  expect(handoverImpact(one, { ...two, identity: { ...two.identity, version: '7.2.1' } }, 3)).toHaveLength(2);
  expect(watchMembers([one, two], 'replication.master_host').map(({ reading }) => reading)).toEqual([
    'server.run_id',
    'replication.role',
    'server.run_id',
    'replication.role',
    'replication.master_host',
  ]);
});

test('a primary that asks for more replicas than it would have refuses every write', () => {
  expect(asksForMore(two, 2, 1)).toContain('asks for 2 replicas');
  expect(asksForMore(two, 1, 1)).toBeUndefined();
  expect(asksForMore(two, undefined, 0)).toBeUndefined();
});
