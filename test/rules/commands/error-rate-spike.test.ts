import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import server from '../../../src/probes/server.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/commands/error-rate-spike.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

type Counts = Readonly<Record<string, number>>;

interface Row {
  /** New errors by class, in two seconds. */
  errors: Counts;
  commands: number;
  /** Between the samples; two seconds when absent. */
  seconds?: number;
  /** Refused before they ran. */
  rejected?: number;
  uptime?: number;
  /** New failures while a replication stream was applied. */
  applied?: number;
  /** Errors a minute at this hour yesterday. */
  usual?: number;
}

function rowScene({ errors, commands, rejected = 0, uptime = 86_400, applied = 0, usual, seconds = 2 }: Row) {
  const total = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const counters = (errorsNow: number, commandsNow: number, unexpected: number) => ({
    total_error_replies: errorsNow,
    total_commands_processed: commandsNow,
    unexpected_error_replies: unexpected,
  });
  const refused = (count: number) => ({
    commands: new Map([['set', { calls: 0, usec: 0, rejected: count, failed: 0 }]]),
  });
  const lifetime = new Map(Object.entries(errors).map(([code, count]) => [code, 1000 + count]));
  const before = new Map(Object.keys(errors).map((code) => [code, 1000]));
  const yesterday = Array.from({ length: 40 }, (_, at) => ({ total_error_replies: at * (usual ?? 0) }));
  return scene({
    nodes: [
      {
        readings: [
          saw(stats, counters(9000 + total, 1e6 + commands, applied), counters(9000, 1e6, 0)),
          saw(errorStats, { counts: lifetime }, { counts: before }),
          saw(commandStats, refused(rejected), refused(0)),
          saw(server, { uptime_in_seconds: uptime }),
        ],
        seconds,
      },
    ],
    ...(usual !== undefined && {
      series: { '127.0.0.1:6379': kept(yesterday, { until: 1_800_000_000_000 - 23.7 * 3_600_000 }) },
    }),
  });
}

test.each<[string, Row, string]>([
  ['no errors', { errors: {}, commands: 1000 }, 'clear'],
  ['1 %', { errors: { WRONGTYPE: 10 }, commands: 1000 }, 'clear'],
  ['more than 1 %', { errors: { WRONGTYPE: 11 }, commands: 1000 }, 'warning'],
  ['9 errors are no rate', { errors: { ERR: 9 }, commands: 9 }, 'clear'],
  ['10 of 10', { errors: { ERR: 10 }, commands: 10 }, 'warning'],
  ['15 of an idle minute', { errors: { ERR: 15 }, commands: 60, seconds: 60 }, 'clear'],
  ['30 of an idle minute', { errors: { ERR: 30 }, commands: 60, seconds: 60 }, 'warning'],
  ['of several classes together', { errors: { ERR: 6, WRONGTYPE: 6 }, commands: 1000 }, 'warning'],
  ['OOM, which has its own finding', { errors: { OOM: 500 }, commands: 1000, rejected: 500 }, 'clear'],
  ['transactions that are given up for OOM', { errors: { OOM: 500, EXECABORT: 500 }, commands: 1000 }, 'clear'],
  [
    'transactions that are given up for something else',
    { errors: { ERR: 50, EXECABORT: 50 }, commands: 1000 },
    'warning',
  ],
  ['a few MOVED', { errors: { MOVED: 10 }, commands: 1000 }, 'clear'],
  [
    'OOM, and more than 1 % of others',
    { errors: { OOM: 500, WRONGTYPE: 20 }, commands: 1000, rejected: 500 },
    'warning',
  ],
  ['NOSCRIPT after a restart', { errors: { NOSCRIPT: 100 }, commands: 1000, uptime: 599 }, 'clear'],
  ['NOSCRIPT day after day', { errors: { NOSCRIPT: 100 }, commands: 1000, uptime: 600 }, 'warning'],
  ['refused commands count as commands', { errors: { ERR: 15 }, commands: 500, rejected: 1000 }, 'clear'],
  ['ten times the usual', { errors: { ERR: 21 }, commands: 10_000, usual: 60 }, 'warning'],
  ['as usual', { errors: { ERR: 20 }, commands: 10_000, usual: 60 }, 'clear'],
  ['unusual, but next to nothing', { errors: { ERR: 21 }, commands: 100_000, usual: 60 }, 'clear'],
  ['a replica that could not apply a write', { errors: { ERR: 1 }, commands: 1000, applied: 1 }, 'high'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the classes are told with what they mean, and where the others are told', () => {
  const snapshot = rowScene({ errors: { WRONGTYPE: 100, OOM: 40, ERR: 4 }, commands: 1000 });
  expect(rule.assess('rule', snapshot)).toMatchObject([
    {
      headline: '10 % of the commands fail: 104 errors in 2 s (WRONGTYPE, ERR)',
      evidence: [
        { field: 'total_error_replies', value: '+144 of 1000 commands', expected: '<= 1 %' },
        { field: 'errorstat_WRONGTYPE', value: '+100', expected: expect.stringContaining('another type') },
        { field: 'errorstat_ERR', value: '+4' },
        { field: 'errorstat_OOM', value: '+40', expected: expect.stringContaining('oom-') },
      ],
    },
  ]);
});

test('errors whose class the server gave up counting are errors', () => {
  const readings = [
    saw(
      stats,
      { total_error_replies: 500, total_commands_processed: 900 },
      { total_error_replies: 0, total_commands_processed: 0 },
    ),
    saw(errorStats, { counts: new Map() }, { counts: new Map([['ERR', 9]]) }),
    saw(server, { uptime_in_seconds: 86_400 }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('warning');
});

test('one sample says nothing', () => {
  const readings = [
    saw(stats, { total_error_replies: 500, total_commands_processed: 900 }),
    saw(errorStats, { counts: new Map() }),
    saw(server, { uptime_in_seconds: 86_400 }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
