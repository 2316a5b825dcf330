import { describe, expect, test } from 'vitest';
import action from '../../src/actions/cluster-replicate.ts';
import { type Member, type Members, sceneOf } from '../support/cluster-scene.ts';
import { GIB, group, lines, mustPlan, type Over, primary, refusal } from '../support/planning.ts';

const told = (over: Over = {}) => primary(over).readings;
const ID = { a: 'a'.repeat(40), b: 'b'.repeat(40) };

const cluster = (changes: Members = {}) =>
  sceneOf(
    Object.fromEntries(
      Object.entries({ ...BASE, ...changes }).map(([letter, member]) => [
        letter,
        { readings: told(), ...BASE[letter], ...member },
      ]),
    ),
  );
/** a has no replica, b one, c none needed: it holds the rest. */
const BASE: Members = { a: { slots: '0-5460' }, b: { slots: '5461-16383' }, d: { follows: 'b' } };
const empty: Member = { readings: told({ keyspace: { keys: 0 } }) };

test('an empty node is taken before a replica, and has nothing to go back to', () => {
  const plan = mustPlan(action, cluster({ e: { follows: 'b' }, f: empty }));
  expect(lines(plan.commands)).toEqual([`10.0.0.6:6379> CLUSTER REPLICATE ${ID.a}`]);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { replica: '10.0.0.6:6379', primary: '10.0.0.1:6379' } });
  expect(plan.undo).toContain('nothing to go back to');
});

test('a replica that its shard can spare goes back by undo', () => {
  const plan = mustPlan(action, cluster({ e: { follows: 'b' } }));
  expect(lines(plan.commands)).toEqual([`10.0.0.4:6379> CLUSTER REPLICATE ${ID.a}`]);
  expect(lines(plan.undo)).toEqual([`10.0.0.4:6379> CLUSTER REPLICATE ${ID.b}`]);
  expect(plan.risk).toBe('disruptive');
  expect(plan.impact.join(' ')).toContain('keeps 1 other replicas');
});

test('an orphan goes to the primary with the fewest replicas, and its data is gone', () => {
  const orphan: Member = { follows: 'e', sees: { e: { at: '', flags: 'fail' } } };
  const plan = mustPlan(action, cluster({ f: orphan }), {}, 3);
  expect(lines(plan.commands)).toEqual([`10.0.0.6:6379> CLUSTER REPLICATE ${ID.a}`]);
  expect(plan.risk).toBe('destructive');
});

describe('refuses', () => {
  test.each([
    ['no cluster', group([primary()]), {}, 'in no cluster'],
    ['where nobody is free', cluster(), {}, 'no empty node in the cluster'],
    ['a node with keys', cluster({ f: { readings: told({ keyspace: { keys: 1 } }) } }), {}, 'no empty node'],
    ['the only replica of another', cluster(), { replica: '10.0.0.4:6379' }, 'is not free'],
    ['a primary that is none', cluster(), { primary: '10.0.0.4:6379' }, 'is no primary with slots'],
    ['while slots have no owner', cluster({ b: { slots: '5461-16000' } }), {}, 'last copy'],
    ['a primary that loads', cluster({ a: { identity: { loading: true } }, f: empty }), {}, 'is loading'],
    [
      'no room to fork',
      cluster({ a: { readings: told({ persistence: { rdb_last_cow_size: 16 * GIB } }) }, f: empty }),
      {},
      'the fork may need',
    ],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));
});
