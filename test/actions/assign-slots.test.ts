import { describe, expect, test } from 'vitest';
import action from '../../src/actions/assign-slots.ts';
import keyspace from '../../src/probes/keyspace.ts';
import { type Member, type Members, sceneOf } from '../support/cluster-scene.ts';
import { group, lines, mustPlan, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const B = 'b'.repeat(40);
const readings = [saw(keyspace, { keys: 77 })];
const gone: Member = { slots: '5461-10922', dead: true, flags: 'fail' };
const cluster = (changes: Members = {}) =>
  sceneOf({
    a: { slots: '0-5460', readings, ...changes.a },
    b: { slots: '5461-10922', readings, ...changes.b },
    c: { slots: '10923-16383', readings, ...changes.c },
    ...(changes.d && { d: changes.d }),
  });
/** b has deleted two ranges, of which the others know nothing. */
const deleted = cluster({ b: { sees: { b: { slots: '5461-5999 6002-10900' } } } });
const back = { which: 'back' };
const lost = { which: 'lost' };

test('what the others take a node for the owner of is given back to it', () => {
  const plan = mustPlan(action, deleted, back);
  expect(lines(plan.commands)).toEqual(['10.0.0.2:6379> CLUSTER ADDSLOTSRANGE 6000 6001 10901 10922']);
  expect(plan.commands[0]?.applied).toEqual([{ node: '10.0.0.2:6379', reading: 'cluster-nodes.slots', value: '5462' }]);
  expect(plan.risk).toBe('disruptive');
  expect(plan.impact[0]).toContain('it holds 77 keys');
});

test('what a lost owner had goes to the one with the fewest slots, after everybody has forgotten it', () => {
  const plan = mustPlan(action, cluster({ b: gone }), lost);
  expect(lines(plan.commands)).toEqual([
    '10.0.0.1:6379> CLUSTER BUMPEPOCH',
    `10.0.0.1:6379> CLUSTER FORGET ${B}`,
    `10.0.0.3:6379> CLUSTER FORGET ${B}`,
    '10.0.0.1:6379> CLUSTER ADDSLOTSRANGE 5461 10922',
  ]);
  expect(plan).toMatchObject({ risk: 'destructive', args: { which: 'lost', to: '10.0.0.1:6379' } });
  expect(plan.commands[2]?.applied).toEqual([{ node: '10.0.0.3:6379', reading: 'cluster-nodes.members', value: '2' }]);
  expect(plan.impact.join(' ')).toContain('Copy its folder before anybody starts it again');
  expect(plan.impact.join(' ')).toMatch(/5462 slots \(5461-10922\) over, empty: every key/);
});

test('a person may say who takes them', () =>
  expect(mustPlan(action, cluster({ b: gone }), { ...lost, to: '10.0.0.3:6379' }).commands.at(-1)?.node).toBe(
    '10.0.0.3:6379',
  ));

describe('refuses', () => {
  const none = { slots: '' };
  test.each([
    ['no cluster', group([primary()]), back, 'in no cluster'],
    ['6.2', cluster({ a: { identity: { version: '6.2.14' } } }), back, 'from 7.0 on'],
    ['a cluster that was never made', cluster({ a: none, b: none, c: none }), lost, 'has to be created'],
    ['where all have an owner', cluster(), back, 'nothing can be given back'],
    ['to give away what has an owner', cluster(), lost, 'no slot has lost its owner'],
    ['to give away what can be given back', deleted, lost, 'no slot has lost its owner'],
    ['while a replica has the data', cluster({ b: gone, d: { follows: 'b' } }), lost, 'promote it instead'],
    [
      'while one cannot be told',
      cluster({ b: gone, d: { follows: 'a', dead: true } }),
      lost,
      '10.0.0.4:6379 could not be read',
    ],
    ['a stranger', cluster({ b: gone }), { ...lost, to: '10.0.0.9:1' }, 'is no primary of the cluster'],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));
});
