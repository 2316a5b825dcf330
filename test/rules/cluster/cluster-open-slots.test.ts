import { expect, test } from 'vitest';
import commandStats, { type CommandCounters } from '../../../src/probes/command-stats.ts';
import rule from '../../../src/rules/cluster/cluster-open-slots.ts';
import { clusterScene, type Members } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

function calls(command: string, count: number): { commands: Map<string, CommandCounters> } {
  return { commands: new Map([[command, { calls: count, usec: 0, rejected: 0, failed: 0 }]]) };
}

const moving = [saw(commandStats, calls('migrate', 9), calls('migrate', 4))];
const still = [saw(commandStats, calls('migrate', 9), calls('migrate', 9))];

test.each<[string, Members, string]>([
  ['no slot is open', {}, 'clear'],
  [
    'a slot is open on both ends, and nothing moves',
    { a: { open: '[7->-b]', readings: still }, b: { open: '[7-<-a]' } },
    'warning',
  ],
  ['a slot is open on one end only', { a: { open: '[7->-b]' } }, 'warning'],
  ['a replica repeats it alone', { d: { open: '[7->-b]' } }, 'clear'],
  ['keys are being moved', { a: { open: '[7->-b]', readings: moving }, b: { open: '[7-<-a]' } }, 'info'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the ends are named', () => {
  expect(rule.assess('x', clusterScene({ a: { open: '[7->-b]' }, b: { open: '[7-<-a]' } }))).toMatchObject([
    {
      node: '10.0.0.1:6379',
      headline: 'Slot 7 is open between two nodes, and nothing moves',
      evidence: [
        { field: 'slot 7 on 10.0.0.1:6379', value: 'migrating to 10.0.0.2:6379' },
        { field: 'slot 7 on 10.0.0.2:6379', value: 'importing from 10.0.0.1:6379' },
      ],
    },
  ]);
});
