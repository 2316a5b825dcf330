import { describe, expect, test } from 'vitest';
import action from '../../src/actions/cluster-takeover.ts';
import { clusterScene, type Member, type Members } from '../support/cluster-scene.ts';
import { group, lines, mustPlan, type Over, primary, refusal, replica } from '../support/planning.ts';
import { TAKEN_AT } from '../support/scene.ts';

const LONG_AGO = TAKEN_AT - 600_000;
const gone: Member = { dead: true, flags: 'fail', heard: LONG_AGO };
const cutOff = (over: Over = {}) =>
  replica({
    ...over,
    replication: { master_link_status: 'down', master_link_down_since_seconds: 42, ...over.replication },
  }).readings;

const shard = (changes: Members = {}, d: Over = {}) =>
  clusterScene({ a: gone, ...changes, d: { readings: cutOff(d), ...(d.identity && { identity: d.identity }) } });
/** Node d, when a is dead. */
const D = 2;

test('while the majority lives it must agree', () => {
  const plan = mustPlan(action, shard(), {}, D);
  expect(lines(plan.commands)).toEqual(['10.0.0.4:6379> CLUSTER FAILOVER FORCE']);
  expect(plan.risk).toBe('destructive');
  expect(plan.undo).toContain('no way back');
  expect(plan.impact.join(' ')).toMatch(/1000 keys. Its link broke 42 s ago.*lost for good/);
});

test('without the majority nobody is asked, and the plan says what that means', () => {
  const plan = mustPlan(action, shard({ a: { ...gone, flags: 'fail?' }, b: { ...gone, flags: 'fail?' } }), {}, 1);
  expect(lines(plan.commands)).toEqual(['10.0.0.4:6379> CLUSTER FAILOVER TAKEOVER']);
  expect(plan.impact.join(' ')).toContain('Make sure on its host that it is stopped');
});

describe('refuses', () => {
  const fresh = { ...gone, heard: TAKEN_AT - 10_000 };
  test.each([
    ['a server that is in no cluster', group([primary()]), 'is in no cluster', 0],
    ['a primary that lives', shard({ a: {} }), 'lives: let it hand over', 3],
    ['one that only we do not reach', shard({ a: { dead: true } }), 'most nodes of the cluster still hear', D],
    ['one that was heard a moment ago', shard({ a: fresh }), 'takes over by itself within 60 s', D],
    [
      'a replica that is in touch with it',
      shard({}, { replication: { master_link_status: 'up' } }),
      'so that lives',
      D,
    ],
    [
      'a replica without data',
      shard({}, { keyspace: { keys: 0 }, replication: { slave_repl_offset: 0 } }),
      'holds no data',
      D,
    ],
    ['one in the middle of a copy', shard({}, { replication: { master_sync_in_progress: 1 } }), 'full copy', D],
    ['one that loads', shard({}, { identity: { loading: true } }), 'loading', D],
  ])('%s', (_what, snapshot, reason, at) => expect(refusal(action, snapshot, {}, at)).toContain(reason));
});
