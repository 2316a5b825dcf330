import { expect, test } from 'vitest';
import type { SlowEntry } from '../../../src/domain/slow-log.ts';
import clock from '../../../src/probes/clock.ts';
import observabilityConfig from '../../../src/probes/observability-config.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/commands/slow-commands-present.ts';
import { slowEntry } from '../../support/logged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;

function slow(ms: number, more: Partial<SlowEntry> = {}): SlowEntry {
  return slowEntry({
    id: 9,
    at: NOW - 5,
    microseconds: ms * 1000,
    command: 'hgetall',
    shape: 'HGETALL <key>',
    clientName: 'worker',
    ...more,
  });
}

interface Row {
  log: SlowEntry[] | string;
  before?: SlowEntry[];
  /** slowlog-log-slower-than, microseconds. */
  slowerThan?: number;
  maxLength?: number;
  /** What Redis 8.8 counted between the samples: commands and their milliseconds. */
  counted?: [count: number, ms: number];
}

function rowScene({ log, before, slowerThan = 10_000, maxLength = 128, counted }: Row) {
  return scene({
    nodes: [
      {
        readings: [
          saw(slowlog, log, before),
          saw(clock, { epochSeconds: NOW }),
          saw(observabilityConfig, { slowlog_log_slower_than: slowerThan, slowlog_max_len: maxLength }),
          ...(counted
            ? [
                saw(
                  stats,
                  { slowlog_commands_count: 100 + counted[0], slowlog_commands_time_ms_sum: 9000 + counted[1] },
                  { slowlog_commands_count: 100, slowlog_commands_time_ms_sum: 9000 },
                ),
              ]
            : []),
        ],
      },
    ],
  });
}

const ROLLED_OVER = {
  log: Array.from({ length: 128 }, (_, at) => slow(0, { id: 500 - at })),
  before: [slow(0, { id: 300 })],
};

const many = (count: number, ms: number) => Array.from({ length: count }, (_, at) => slow(ms, { id: at }));

test.each<[string, Row, string]>([
  ['an empty log', { log: [] }, 'clear'],
  ['9 ms', { log: [slow(9)] }, 'clear'],
  ['10 ms', { log: [slow(10)] }, 'warning'],
  ['99 ms', { log: [slow(99)] }, 'warning'],
  ['100 ms', { log: [slow(100)] }, 'high'],
  ['5 % of the minute', { log: many(50, 60) }, 'warning'],
  ['more than 5 % of the minute', { log: many(51, 60) }, 'high'],
  ['15 s ago', { log: [slow(500, { at: NOW - 15 })] }, 'high'],
  ['a burst that ended 16 s ago', { log: [slow(500, { at: NOW - 16 }), slow(500, { at: NOW - 31 })] }, 'info'],
  ['again and again, if not just now', { log: [slow(500, { at: NOW - 20 }), slow(500, { at: NOW - 36 })] }, 'high'],
  ['a minute ago', { log: [slow(500, { at: NOW - 60 })] }, 'info'],
  ['longer ago than a minute', { log: [slow(500, { at: NOW - 61 })] }, 'clear'],
  ['old entries that both samples hold', { log: [slow(500, { at: 1 })], before: [slow(500, { at: 1 })] }, 'clear'],
  ['a new id', { log: [slow(50, { id: 10 })], before: [slow(500, { at: 1 })] }, 'warning'],
  ['a GET, which is slow only with its host', { log: [slow(200, { command: 'get' })] }, 'info'],
  ['our own INFO', { log: [slow(200, { command: 'info' })] }, 'info'],
  ['a GET beside a real one', { log: [slow(200, { command: 'get' }), slow(20)] }, 'warning'],
  ['a log that is off', { log: [], slowerThan: -1 }, 'unassessed'],
  ['a log without room', { log: [], maxLength: 0 }, 'unassessed'],
  ['a log that starts at 100 ms', { log: [], slowerThan: 100_000 }, 'clear'],
  ['a log that starts above 100 ms', { log: [], slowerThan: 100_001 }, 'unassessed'],
  ['a log that nobody lets us read', { log: 'NOPERM no slowlog|get' }, 'unassessed'],
  ['a log that rolled over between the samples', ROLLED_OVER, 'unassessed'],
  ['the same where the server counts: a tenth of the time', { ...ROLLED_OVER, counted: [10, 200] }, 'high'],
  ['the same with little of it', { ...ROLLED_OVER, counted: [4, 50] }, 'warning'],
  ['the same where everything is logged', { ...ROLLED_OVER, counted: [5000, 200] }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('commands are grouped, the slowest first, with the caller but not its whole address', () => {
  const log = [slow(20), slow(40), slow(300, { command: 'eval', clientName: '' })];
  expect(rule.assess('rule', rowScene({ log }))).toMatchObject([
    {
      headline: '3 slow commands in the last minute, the slowest 300 ms (EVAL)',
      evidence: [
        { field: 'slowlog eval', value: '300000 us, 1 entry, from 10.0.0.x:4000', expected: '< 10000 us' },
        { field: 'slowlog hgetall', value: '40000 us, 2 entries, from 10.0.0.x:4000 (worker)' },
      ],
    },
  ]);
});

test('the report tells what each kind of call costs and what to use instead', () => {
  const [load] = rule.loads(rowScene({ log: [slow(20), slow(40)] }));
  expect(load?.slow).toEqual([
    {
      shape: 'HGETALL <key>',
      caller: 'worker at 10.0.0.x',
      count: 2,
      totalMs: 60,
      maxMs: 40,
      share: 0.001,
      instead: 'HMGET with the fields that are needed, or HSCAN',
    },
  ]);
});
