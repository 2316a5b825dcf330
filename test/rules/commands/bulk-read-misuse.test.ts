import { expect, test } from 'vitest';
import type { SlowEntry } from '../../../src/domain/slow-log.ts';
import clock from '../../../src/probes/clock.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/commands/bulk-read-misuse.ts';
import { slowEntry } from '../../support/logged.ts';
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

const NOW = 1_800_000_000;

/** What the slow log holds, with nothing between the samples. */
function logScene(log: SlowEntry[]) {
  const none = { commands: new Map() };
  const readings = [saw(commandStats, none, none), saw(slowlog, log), saw(clock, { epochSeconds: NOW })];
  return scene({ nodes: [{ readings }] });
}

const read = (id: number, more: Partial<SlowEntry> = {}) =>
  slowEntry({ id, at: NOW - 2, command: 'hgetall', shape: 'HGETALL <key>', clientName: 'report', ...more });

test.each<[string, SlowEntry[], string]>([
  ['three in a minute', [read(1), read(2), read(3)], 'warning'],
  ['two', [read(1), read(2)], 'clear'],
  ['three quick ones', [1, 2, 3].map((id) => read(id, { microseconds: 9999 })), 'clear'],
  ['three of long ago', [1, 2, 3].map((id) => read(id, { at: NOW - 61 })), 'clear'],
  ['three that are over', [1, 2, 3].map((id) => read(id, { at: NOW - 30 })), 'clear'],
  ['three MGET of one key, held up by the host', [1, 2, 3].map((id) => read(id, { command: 'mget' })), 'clear'],
])('%s in the slow log: %s', (_what, log, wanted) => {
  expect(said(rule, logScene(log))).toBe(wanted);
});

test('the slowest in the log is told with its caller', () => {
  expect(rule.assess('rule', logScene([read(1), read(2, { microseconds: 90_000 }), read(3)]))).toMatchObject([
    {
      headline: 'Whole collections were read 3 times in the last minute, for up to 90 ms (HGETALL <key>)',
      evidence: [{ field: 'slowlog hgetall', value: '90000 us from 10.0.0.x:4000 (report)' }],
    },
  ]);
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
