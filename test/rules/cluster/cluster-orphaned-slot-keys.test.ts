import { expect, test } from 'vitest';
import clusterNodes from '../../../src/probes/cluster-nodes.ts';
import clusterSlotStats from '../../../src/probes/cluster-slot-stats.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/cluster/cluster-orphaned-slot-keys.ts';
import { type Member, sceneOf } from '../../support/cluster-scene.ts';
import { said, saw, scene } from '../../support/scene.ts';

function holds(keys: number, owned: number | string, before = keys, more: Member = {}): Member {
  const slots = typeof owned === 'string' ? owned : { slots: [{ slot: 1, keys: owned }] };
  return {
    slots: '0-16383',
    readings: [saw(keyspace, { keys }, { keys: before }), saw(memory, {}), saw(clusterSlotStats, slots)],
    ...more,
  };
}

test.each<[string, Member, string]>([
  ['all keys are in its slots', holds(5000, 5000), 'clear'],
  ['99 are not', holds(5099, 5000), 'clear'],
  ['100 are not', holds(5100, 5000), 'warning'],
  ['they were not there a moment ago', holds(5100, 5000, 5000), 'clear'],
  ['a slot is on its way', holds(5100, 5000, 5100, { open: '[7-<-b]' }), 'clear'],
  ['it owns no slot at all, on any version', holds(100, 'no SLOT-STATS', 100, { slots: '' }), 'warning'],
  ['the version does not count', holds(100, 'no SLOT-STATS'), 'unassessed'],
  ['the version does not count, and there are no keys that could be lost', holds(99, 'no SLOT-STATS'), 'clear'],
])('%s', (_sentence, member, want) => {
  expect(said(rule, sceneOf({ a: member }))).toBe(want);
});

test('a replica is clear, and so is a server that is in no cluster', () => {
  expect(said(rule, sceneOf({ a: holds(1, 1), b: { ...holds(5000, 0), follows: 'a', slots: '' } }))).toBe(
    'clear clear',
  );
  const readings = [saw(clusterNodes, {}), saw(keyspace, { keys: 5000 }), saw(memory, {})];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('clear');
});
