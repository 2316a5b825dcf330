import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import rule from '../../../src/rules/commands/bulk-read-misuse.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  command?: string;
  calls: number;
  usec: number;
  pair?: false;
}

function rowScene({ command = 'hgetall', calls, usec, pair }: Row) {
  const counters = (more: number) => ({
    commands: new Map([[command, { calls: 7 + more * calls, usec: 9_000_000 + more * usec, rejected: 0, failed: 0 }]]),
  });
  const readings = [pair === false ? saw(commandStats, counters(1)) : saw(commandStats, counters(1), counters(0))];
  return scene({ nodes: [{ readings, seconds: 2 }] });
}

test.each<[string, Row, string]>([
  ['1 ms a call', { calls: 20, usec: 20_000 }, 'clear'],
  ['more than 1 ms a call, 1 % of the time', { calls: 19, usec: 20_000 }, 'warning'],
  ['more than 1 ms a call, less than 1 % of the time', { calls: 1, usec: 19_999 }, 'clear'],
  ['slow at some time before', { calls: 0, usec: 0 }, 'clear'],
  ['another command', { command: 'eval', calls: 1, usec: 500_000 }, 'clear'],
  ['no pair', { calls: 19, usec: 20_000, pair: false }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the commands are named', () => {
  const found = rule.assess('rule', rowScene({ command: 'smembers', calls: 10, usec: 400_000 }));
  expect(found).toMatchObject([
    {
      headline: expect.stringMatching(/: SMEMBERS$/),
      evidence: [{ field: 'cmdstat_smembers.usec_per_call', value: '40000 over 10 calls', expected: '<= 1000' }],
    },
  ]);
});
