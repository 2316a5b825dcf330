import { expect, test } from 'vitest';
import type { SlowEntry } from '../../../src/domain/slow-log.ts';
import clock from '../../../src/probes/clock.ts';
import latencyLatest, { type LatencyEvent } from '../../../src/probes/latency-latest.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/commands/fast-command-spikes.ts';
import { slowEntry } from '../../support/logged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;

function spike(ago: number, ms = 60, more: Partial<SlowEntry> = {}): SlowEntry {
  return slowEntry({
    id: 1000 - ago,
    at: NOW - ago,
    microseconds: ms * 1000,
    command: 'get',
    shape: 'GET <key>',
    ...more,
  });
}

function event(name: string, ago: number, latestMs = 80): LatencyEvent {
  return { name, at: NOW - ago, latestMs, maxMs: latestMs };
}

interface Row {
  log: SlowEntry[];
  events?: LatencyEvent[];
  /** Forks between the samples. */
  forks?: number;
}

function rowScene({ log, events = [], forks = 0 }: Row) {
  return scene({
    nodes: [
      {
        readings: [
          saw(slowlog, log),
          saw(clock, { epochSeconds: NOW }),
          saw(latencyLatest, events),
          saw(stats, { total_forks: 5 + forks }, { total_forks: 5 }),
        ],
      },
    ],
  });
}

const THREE = [spike(1), spike(10), spike(20)];

test.each<[string, Row, string]>([
  ['nothing slow', { log: [] }, 'clear'],
  ['three pauses in a minute', { log: THREE }, 'warning'],
  ['two pauses', { log: THREE.slice(0, 2) }, 'clear'],
  ['three commands in one pause', { log: [spike(1), spike(1), spike(1)] }, 'clear'],
  ['three pauses of 50 ms', { log: [spike(1, 50), spike(10, 50), spike(20, 50)] }, 'clear'],
  ['three pauses a minute ago', { log: [spike(61), spike(70), spike(80)] }, 'clear'],
  ['three slow KEYS', { log: THREE.map((one) => ({ ...one, command: 'keys' })) }, 'clear'],
  ['our own INFO', { log: THREE.map((one) => ({ ...one, command: 'info' })) }, 'clear'],
  ['a fork in the same second', { log: THREE, events: [event('fork', 10)] }, 'clear'],
  ['a fork at another time', { log: THREE, events: [event('fork', 40)] }, 'warning'],
  ['forks between the samples', { log: THREE, forks: 1 }, 'clear'],
  ['forks between the samples, and three pauses before', { log: [...THREE, spike(30)], forks: 1 }, 'warning'],
  [
    'a pause that only the latency monitor saw',
    { log: THREE.slice(0, 2), events: [event('fast-command', 40)] },
    'warning',
  ],
  ['a pause of its own in both', { log: [], events: [event('fast-command', 4), event('aof-write', 4)] }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the longest is told, without blaming the command', () => {
  expect(rule.assess('rule', rowScene({ log: [...THREE, spike(30, 400)] }))).toMatchObject([
    {
      headline:
        'Quick commands took up to 400 ms in 4 seconds of the last minute: the process was held up from outside',
      evidence: [{ field: 'slowlog get', value: '400000 us', expected: '<= 50000 us' }, {}, {}],
    },
  ]);
});
