import { describe, expect, test } from 'vitest';
import action from '../../src/actions/settle-split-brain.ts';
import backups from '../../src/probes/backups.ts';
import { client } from '../support/client.ts';
import { GIB, group, lines, mustPlan, type Over, PRIMARY, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const OTHER = '10.0.0.5:6379';
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const used: Over = {
  replication: {
    connected_slaves: 2,
    master_replid: B,
    master_replid2: A,
    second_repl_offset: 1000,
    master_repl_offset: 9000,
  },
  clients: [client({ flags: 'N' }), client({ flags: 'N' })],
};
const left: Over = { keyspace: { keys: 900 }, replication: { master_replid: A, master_repl_offset: 1999 } };
const other = (over: Over = {}) => ({ ...primary(over), name: OTHER });
const both = (one: Over = {}, two: Over = {}) => group([primary({ ...left, ...one }), other({ ...used, ...two })]);
const fence = { part: 'fence' };
const demote = { part: 'demote' };

test('the one that nobody uses is fenced, and the fence can be taken down', () => {
  const plan = mustPlan(action, both(), fence);
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET min-replicas-to-write 1000`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET min-replicas-to-write 0`]);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { part: 'fence', survivor: OTHER, min_replicas: 0 } });
  expect(plan.impact[0]).toContain('2 replicas, 2 connections of applications, 1000 keys');
});

test('then it becomes a replica, and the plan says what is lost', () => {
  const plan = mustPlan(action, both({ replicationConfig: { min_replicas_to_write: 1000 } }), {
    ...demote,
    min_replicas: 1,
  });
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET min-replicas-to-write 1000`,
    `${PRIMARY}> REPLICAOF 10.0.0.5 6379`,
    `${PRIMARY}> CONFIG SET min-replicas-to-write 1`,
  ]);
  expect(plan.otherwise).toMatchObject([{ unless: [{ node: PRIMARY, value: 'master' }] }]);
  expect(plan.risk).toBe('destructive');
  expect(plan.undo).toContain('only a copy that was taken before');
  expect(plan.impact.join(' ')).toMatch(/its 900 keys become the 1000.*1000 B of its stream/);
});

test('where backups are kept, one is taken of what goes, before it is replaced', () => {
  const kept = primary(left);
  const snapshot = group([
    { ...kept, readings: [...kept.readings, saw(backups, { place: '/srv/backups' })] },
    other(used),
  ]);
  const plan = mustPlan(action, snapshot, demote);
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET min-replicas-to-write 1000`,
    `${PRIMARY}> backup take`,
    `${PRIMARY}> REPLICAOF 10.0.0.5 6379`,
    `${PRIMARY}> CONFIG SET min-replicas-to-write 0`,
  ]);
  expect(plan.commands[1]).toMatchObject({ via: 'medic' });
  expect(plan.impact.join(' ')).toContain('a backup of 10.0.0.1:6379 is taken to /srv/backups');
});

test('a person may say which one stays', () =>
  expect(mustPlan(action, both(), { ...fence, survivor: PRIMARY }).commands[0]?.node).toBe(OTHER));

test('of three, the one of the finding goes and the named one stays', () => {
  const third = { ...primary(), name: '10.0.0.6:6379' };
  const snapshot = group([primary(left), other(used), third]);
  expect(refusal(action, snapshot, fence)).toContain('there are 3 primaries');
  expect(mustPlan(action, snapshot, { ...fence, survivor: OTHER }).commands[0]?.node).toBe(PRIMARY);
});

describe('refuses', () => {
  const equal = { replication: { connected_slaves: 0 }, clients: [], keyspace: { keys: 900 } };
  test.each([
    ['one primary', group([primary()]), fence, 'there are not two primaries'],
    ['equals', both({}, equal), fence, 'a person must say'],
    ['a name that is none', both(), { ...fence, survivor: '10.0.0.9:1' }, 'is no primary of prod'],
    ['to wipe the data', both({ keyspace: { keys: 9000 } }), { ...demote, survivor: OTHER }, 'last good data'],
    ['in a cluster', both({ identity: { mode: 'cluster' } }), fence, 'cluster node'],
    ['under Sentinel', both({ clients: [client({ name: 'sentinel-0a1b2c3d-cmd' })] }), fence, 'Sentinel manages'],
    ['one that loads', both({ identity: { loading: true } }), fence, 'is loading'],
    ['what cannot be fenced', both({ replicationConfig: { min_replicas_max_lag: 0 } }), fence, 'cannot be kept'],
    ['no room to fork', both({}, { persistence: { rdb_last_cow_size: 13 * GIB } }), demote, 'the fork may need'],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));

  test('a loopback address', () => {
    const local = { ...other(used), name: '127.0.0.1:6380' };
    expect(refusal(action, group([primary(left), local]), demote)).toContain('only known by a loopback address');
  });
});
