import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import cpu from '../../../src/probes/cpu.ts';
import eventLoop from '../../../src/probes/event-loop.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/commands/event-loop-saturated.ts';
import { slowEntry } from '../../support/logged.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;

interface Row {
  /** Of the time between the samples, which are `seconds` apart. */
  share: number;
  /** Of a core; all of the loop's time when absent. */
  core?: number;
  seconds?: number;
  /** Shares of the minutes before. */
  history?: readonly number[];
  /** Milliseconds of the one slow command in the log. */
  slowMs?: number;
}

function rowScene({ share, core = share, seconds = 2, history, slowMs }: Row) {
  const loop = (sum: number) => ({ eventloop_duration_sum: sum * 1e6, eventloop_duration_cmd_sum: sum * 4e5 });
  const times = (sum: number) => ({
    used_cpu_user: 0,
    used_cpu_sys: 0,
    used_cpu_user_main_thread: sum,
    used_cpu_sys_main_thread: 1,
  });
  let total = 0;
  const points = [0, ...(history ?? [])].map((minute) => {
    total += minute * 60e6;
    return { eventloop_duration_sum: total };
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(eventLoop, loop(50 + share * seconds), loop(50)),
          saw(cpu, times(50 + core * seconds), times(50)),
          saw(clock, { epochSeconds: NOW }),
          saw(slowlog, slowMs === undefined ? [] : [slowEntry({ at: NOW, microseconds: slowMs * 1000 })]),
        ],
        seconds,
      },
    ],
    ...(history && { series: { '127.0.0.1:6379': kept(points) } }),
  });
}

test.each<[string, Row, string]>([
  ['79 %', { share: 0.79 }, 'clear'],
  ['80 % of a short pair', { share: 0.8 }, 'info'],
  ['95 % of a short pair', { share: 0.95 }, 'warning'],
  ['80 % of ten seconds', { share: 0.8, seconds: 10 }, 'warning'],
  ['95 % of ten seconds', { share: 0.95, seconds: 10 }, 'critical'],
  ['the third busy sample', { share: 0.97, history: [0.96, 0.98] }, 'critical'],
  ['a burst after calm minutes', { share: 0.97, history: [0.1, 0.2] }, 'clear'],
  ['a short pair in which the thread got no core', { share: 0.97, core: 0.3 }, 'info'],
  ['ten seconds in which it waited for a disk', { share: 0.97, core: 0.3, seconds: 10 }, 'critical'],
  ['one command that SLOWLOG tells of', { share: 0.97, slowMs: 1500 }, 'info'],
  ['a slow command that was the least of it', { share: 0.97, slowMs: 500 }, 'warning'],
  ['a pair of half a second', { share: 0.97, seconds: 0.5 }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('a version that does not measure it, or a single sample, is not assessed', () => {
  const once = (reading: object) => scene({ nodes: [{ readings: [saw(eventLoop, reading)] }] });
  expect(said(rule, once({}))).toBe('unassessed');
  expect(said(rule, once({ eventloop_duration_sum: 5 }))).toBe('unassessed');
});

test('a loop that works but does not compute waits for something', () => {
  expect(rule.assess('rule', rowScene({ share: 0.9, core: 0.2, seconds: 10 }))).toMatchObject([
    {
      headline:
        'The event loop was at work for 90 % of 10 s, but used little of a core: it waits for a disk or for the host',
      evidence: [{ value: '90 % of the time' }, { field: 'eventloop_duration_cmd_sum', value: '40 % of it' }],
    },
  ]);
});
