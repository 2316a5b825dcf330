import { expect, test } from 'vitest';
import commandStats, { type CommandCounters } from '../../../src/probes/command-stats.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/cluster/cluster-redirect-storm.ts';
import { clusterScene, type Member, type Members } from '../../support/cluster-scene.ts';
import { said, saw, type Told } from '../../support/scene.ts';

/** A node that ran so many commands and gave so many of these errors between the samples. */
function traffic(commands: number, code = 'MOVED', errors = 0, more: readonly Told[] = []): Member {
  const counts = (count: number) => ({ counts: new Map([[code, count]]) });
  return {
    readings: [
      saw(stats, { total_commands_processed: commands + 9000 }, { total_commands_processed: 9000 }),
      saw(errorStats, counts(errors + 70_000), counts(70_000)),
      ...more,
    ],
  };
}

function calls(count: number): { commands: Map<string, CommandCounters> } {
  return { commands: new Map([['migrate', { calls: count, usec: 0, rejected: 0, failed: 0 }]]) };
}

const reshard = [saw(commandStats, calls(9), calls(0))];

test.each<[string, Members, string]>([
  ['nothing is redirected, whatever was in the past', { a: traffic(1000) }, 'clear'],
  ['5 in 100 commands', { a: traffic(950, 'MOVED', 50) }, 'clear'],
  ['more than that', { a: traffic(940, 'MOVED', 60) }, 'warning'],
  ['more than that on one node, less in all', { a: traffic(940, 'MOVED', 60), b: traffic(1000) }, 'clear'],
  ['a client that has just connected', { a: traffic(20, 'MOVED', 19) }, 'clear'],
  ['one more', { a: traffic(20, 'MOVED', 20) }, 'warning'],
  ['keys of different slots', { a: traffic(10_000, 'CROSSSLOT', 5) }, 'warning'],
  ['a command typed by hand', { a: traffic(10_000, 'CROSSSLOT', 4) }, 'clear'],
  ['ASK of a slot that stays open', { a: traffic(1000, 'ASK', 30) }, 'warning'],
  ['ASK while keys are moved', { a: traffic(1000, 'ASK', 30, reshard) }, 'clear'],
  ['MOVED while keys are moved', { a: traffic(100, 'MOVED', 30, reshard) }, 'clear'],
  ['CROSSSLOT while keys are moved', { a: traffic(1000, 'CROSSSLOT', 30, reshard) }, 'warning'],
  ['one sample only', {}, 'unassessed'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('it is told once: on the node that has them all, or on the target', () => {
  expect(rule.assess('x', clusterScene({ a: traffic(100), b: traffic(100, 'MOVED', 50) }))).toMatchObject([
    {
      node: '10.0.0.2:6379',
      headline: '20 % of all commands were answered with MOVED in 2 s',
      evidence: [{ field: 'errorstat_MOVED', value: '+50' }, { value: '50 on 10.0.0.2:6379' }],
    },
  ]);
  expect(rule.assess('x', clusterScene({ a: traffic(100, 'MOVED', 30), b: traffic(100, 'MOVED', 50) }))).toMatchObject([
    { node: 'prod', evidence: [{ value: '+80' }, { value: '50 on 10.0.0.2:6379' }] },
  ]);
});
