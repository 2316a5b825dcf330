import { describe, expect, test } from 'vitest';
import action from '../../src/actions/close-open-slots.ts';
import clusterOpenSlots from '../../src/probes/cluster-open-slots.ts';
import commandStats from '../../src/probes/command-stats.ts';
import { clusterScene, type Member } from '../support/cluster-scene.ts';
import { group, lines, mustPlan, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const ID = { a: 'a'.repeat(40), b: 'b'.repeat(40) };
const end = (open: string, keys: Readonly<Record<number, number>>, over: Member = {}): Member => ({
  open,
  ...over,
  readings: [
    saw(clusterOpenSlots, {
      counts: new Map(Object.entries(keys).map(([slot, count]) => [Number(slot), count])),
      imported: Object.entries(keys).reduce(
        (sum, [slot, count]) => sum + (open.includes(`[${slot}-<-`) ? count : 0),
        0,
      ),
    }),
    ...(over.readings ?? []),
  ],
});
const both = (owner: number, importer: number) =>
  clusterScene({ a: end('[7->-b]', { 7: owner }), b: end('[7-<-a]', { 7: importer }) });

test.each([0, 12])('%i keys on the owner and none on the other end: the slot stays', (keys) => {
  const plan = mustPlan(action, both(keys, 0));
  expect(lines(plan.commands)).toEqual([
    '10.0.0.1:6379> CLUSTER SETSLOT 7 STABLE',
    '10.0.0.2:6379> CLUSTER SETSLOT 7 STABLE',
  ]);
  expect(lines(plan.undo)).toEqual([
    `10.0.0.1:6379> CLUSTER SETSLOT 7 MIGRATING ${ID.b}`,
    `10.0.0.2:6379> CLUSTER SETSLOT 7 IMPORTING ${ID.a}`,
  ]);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { slots: [7] } });
  expect(plan.commands[0]?.applied).toEqual([
    { node: '10.0.0.1:6379', reading: 'cluster-nodes.open_slots', value: '0' },
  ]);
});

test('the other end is closed only when nothing came there after the owner was; else the owner sends clients there again', () => {
  const plan = mustPlan(action, both(12, 0));
  expect(plan.commands[0]?.until?.below).toEqual([
    { node: '10.0.0.2:6379', reading: 'cluster-open-slots.imported', below: 1 },
  ]);
  expect(lines(plan.otherwise ?? [])).toEqual([`10.0.0.1:6379> CLUSTER SETSLOT 7 MIGRATING ${ID.b}`]);
  expect(plan.otherwise?.[0]?.unless).toEqual([
    { node: '10.0.0.2:6379', reading: 'cluster-nodes.open_slots', value: '0' },
  ]);
});

test('all keys on the other end: the slot goes there, first where it goes to', () => {
  const plan = mustPlan(action, both(0, 3));
  expect(lines(plan.commands)).toEqual([
    `10.0.0.2:6379> CLUSTER SETSLOT 7 NODE ${ID.b}`,
    `10.0.0.1:6379> CLUSTER SETSLOT 7 NODE ${ID.b}`,
  ]);
  expect(plan.undo).toContain('stay there');
  expect(plan.commands[0]).toMatchObject({
    applied: [
      { node: '10.0.0.2:6379', reading: 'cluster-nodes.open_slots', value: '0' },
      { node: '10.0.0.2:6379', reading: 'cluster-nodes.slots', value: '5463' },
    ],
    until: { shows: [{ node: '10.0.0.1:6379', reading: 'cluster-nodes.slots', value: '5460' }] },
  });
  expect(plan.otherwise).toBeUndefined();
});

test('an end that is alone and empty is closed; what cannot be closed is named', () => {
  const snapshot = clusterScene({ a: end('[8->-b]', { 8: 1 }), b: end('[7-<-a] [8-<-a]', { 7: 0, 8: 1 }) });
  const plan = mustPlan(action, snapshot);
  expect(lines(plan.commands)).toEqual(['10.0.0.2:6379> CLUSTER SETSLOT 7 STABLE']);
  expect(plan.commands[0]?.applied[0]?.value).toBe('1');
  expect(plan.impact.join(' ')).toContain('Left open is slot 8: its keys lie on both ends');
});

describe('refuses', () => {
  const migrating = { readings: [saw(commandStats, stats(9), stats(1))] };
  test.each([
    ['no cluster', group([primary()]), 'no slot is open'],
    ['nothing that is open', clusterScene(), 'no slot is open'],
    ['keys on both ends', both(2, 3), '10.0.0.1:6379 holds 2 and 10.0.0.2:6379 holds 3'],
    ['an end that does not show it', clusterScene({ a: end('[7->-b]', { 7: 0 }) }), 'does not show it as open'],
    [
      'an end that could not be read',
      clusterScene({ a: end('[7->-b]', { 7: 0 }), b: { dead: true } }),
      'could not be read',
    ],
    [
      'a reshard that goes on',
      clusterScene({ a: end('[7->-b]', { 7: 0 }, migrating), b: end('[7-<-a]', { 7: 0 }) }),
      'being moved',
    ],
    ['a node that loads', clusterScene({ a: end('[7->-b]', { 7: 0 }, { identity: { loading: true } }) }), 'is loading'],
  ])('%s', (_what, snapshot, reason) => expect(refusal(action, snapshot)).toContain(reason));
});

function stats(calls: number) {
  return { commands: new Map([['migrate', { calls, failed: 0, rejected: 0, microseconds: 0 }]]) } as never;
}
