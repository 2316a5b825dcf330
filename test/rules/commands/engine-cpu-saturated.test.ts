import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import cpu from '../../../src/probes/cpu.ts';
import rule from '../../../src/rules/commands/engine-cpu-saturated.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

/** Seconds of the main thread that each of these samples of a minute used, of the last three. */
type Minutes = readonly number[];

interface Row {
  /** Seconds of a core between the samples, which are `seconds` apart. */
  used: number;
  seconds?: number;
  history?: Minutes;
  /** The threshold in medic.yml. */
  warning?: number;
  /** A version that does not tell the main thread apart. */
  whole?: true;
}

function rowScene({ used, seconds = 2, history, warning, whole }: Row) {
  const times = (sum: number) => {
    const [user, system] = [sum * 0.75, sum * 0.25];
    const main = whole ? {} : { used_cpu_user_main_thread: user, used_cpu_sys_main_thread: system };
    return { used_cpu_user: 500 + user, used_cpu_sys: 300 + system, ...main };
  };
  let total = 0;
  const points = [0, ...(history ?? [])].map((spent) => {
    total += spent;
    return { used_cpu_user_main_thread: total * 0.75, used_cpu_sys_main_thread: total * 0.25 };
  });
  return scene({
    nodes: [{ readings: [saw(cpu, times(used), times(0))], seconds }],
    ...(history && { series: { '127.0.0.1:6379': kept(points) } }),
    ...(warning !== undefined && { target: { thresholds: { rule: { warning } } } }),
  });
}

test.each<[string, Row, string]>([
  ['69 % of a short pair', { used: 1.38 }, 'clear'],
  ['70 % of a short pair, which may be a burst', { used: 1.4 }, 'info'],
  ['89 % of a short pair', { used: 1.78 }, 'info'],
  ['90 % of a short pair', { used: 1.8 }, 'warning'],
  ['70 % of ten seconds', { used: 7, seconds: 10 }, 'warning'],
  ['90 % of ten seconds', { used: 9, seconds: 10 }, 'critical'],
  ['a burst after calm minutes', { used: 2, history: [6, 6] }, 'clear'],
  ['a burst after one busy minute', { used: 2, history: [6, 60] }, 'clear'],
  ['the third busy sample', { used: 2, history: [57, 57] }, 'critical'],
  ['the third sample above 70 %', { used: 1.9, history: [57, 42] }, 'warning'],
  ['history of one sample only', { used: 1.9, history: [57] }, 'warning'],
  ['a pair of half a second', { used: 0.5, seconds: 0.5 }, 'unassessed'],
  ['a calm pair of half a second', { used: 0.1, seconds: 0.5 }, 'clear'],
  ['a threshold of the owner', { used: 1.5, warning: 0.8 }, 'clear'],
  ['a version that knows the whole process only', { used: 1.9, whole: true }, 'warning'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('one sample says nothing', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(cpu, { used_cpu_user: 9, used_cpu_sys: 9 })] }] }))).toBe(
    'unassessed',
  );
});

test('the commands that took the time are named', () => {
  const counters = (usec: number) => ({
    commands: new Map([['zunionstore', { calls: usec / 50_000, usec, rejected: 0, failed: 0 }]]),
  });
  const snapshot = scene({
    nodes: [
      {
        readings: [
          saw(cpu, { used_cpu_user: 2, used_cpu_sys: 0 }, { used_cpu_user: 0, used_cpu_sys: 0 }),
          saw(commandStats, counters(1_600_000), counters(0)),
        ],
      },
    ],
  });
  expect(rule.assess('rule', snapshot)).toMatchObject([
    {
      headline: 'The main thread used 100 % of a core for 2 s; whether that lasts is not known from one look',
      evidence: [
        { field: 'used_cpu_user + used_cpu_sys', value: '100 % of a core', expected: '< 70 %' },
        { field: 'cmdstat_zunionstore', value: '80 % of the time, 32 calls' },
      ],
    },
  ]);
});
