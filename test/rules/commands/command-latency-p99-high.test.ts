import { expect, test } from 'vitest';
import type { Histogram } from '../../../src/domain/histogram.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import latencyHistogram from '../../../src/probes/latency-histogram.ts';
import rule from '../../../src/rules/commands/command-latency-p99-high.ts';
import { said, saw, scene } from '../../support/scene.ts';

/** Upper bound in microseconds -> calls up to it. */
type Buckets = readonly (readonly [number, number])[];

interface Row {
  now: Buckets;
  before?: Buckets;
  command?: string;
  p99Ms?: number;
}

function histograms(command: string, buckets: Buckets) {
  const histogram: Histogram = { calls: buckets.at(-1)?.[1] ?? 0, upTo: new Map(buckets) };
  return { histograms: new Map([[command, histogram]]) };
}

function rowScene({ now, before = [[1, 0]], command = 'hgetall', p99Ms }: Row) {
  const known = { commands: new Map([[command, { calls: 1, usec: 1, rejected: 0, failed: 0 }]]) };
  return scene({
    nodes: [
      {
        readings: [
          saw(latencyHistogram, histograms(command, now), histograms(command, before)),
          saw(commandStats, known, known),
        ],
      },
    ],
    ...(p99Ms !== undefined && { target: { thresholds: { rule: { p99_ms: p99Ms } } } }),
  });
}

const QUICK: Buckets = [
  [132, 980],
  [264, 1000],
];
const TAIL: Buckets = [
  [132, 980],
  [8456, 1000],
];

test.each<[string, Row, string]>([
  ['quick calls only', { now: QUICK }, 'clear'],
  ['two in a hundred take 4 to 8 ms', { now: TAIL }, 'warning'],
  [
    'one in a hundred takes 2 to 4 ms',
    {
      now: [
        [132, 980],
        [4228, 1000],
      ],
    },
    'clear',
  ],
  [
    'all are slow',
    {
      now: [
        [8456, 500],
        [16_912, 1000],
      ],
    },
    'clear',
  ],
  [
    'fewer than a hundredth are slow',
    {
      now: [
        [132, 991],
        [16_912, 1000],
      ],
    },
    'clear',
  ],
  [
    'fewer than a hundred calls',
    {
      now: [
        [132, 90],
        [16_912, 99],
      ],
    },
    'clear',
  ],
  [
    'two slow calls are chance',
    {
      now: [
        [132, 98],
        [16_912, 100],
      ],
    },
    'clear',
  ],
  [
    'a slow tail of yesterday',
    {
      now: [
        [132, 1980],
        [8456, 2000],
      ],
      before: [
        [132, 980],
        [8456, 1000],
      ],
    },
    'clear',
  ],
  [
    'a slow tail after a year of quick calls',
    {
      now: [
        [132, 1e6 + 980],
        [8456, 1e6 + 1000],
      ],
      before: [[132, 1e6]],
    },
    'warning',
  ],
  ['GET, which only its host can make slow', { now: TAIL, command: 'get' }, 'clear'],
  ['a threshold of the owner', { now: TAIL, p99Ms: 7 }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('both ends of the distribution are told', () => {
  expect(rule.assess('rule', rowScene({ now: TAIL }))).toMatchObject([
    {
      headline: 'One in a hundred HGETALL takes about 6.3 ms, half of them no more than 99 us',
      evidence: [{ field: 'p99 of hgetall', value: '6.3 ms over 1000 calls', expected: '<= 5 ms' }],
    },
  ]);
});

test('a version without histograms, or one sample, is not assessed', () => {
  const stats = { commands: new Map() };
  const reading = saw(commandStats, stats, stats);
  const old = saw(latencyHistogram, 'LATENCY HISTOGRAM needs Redis 7.0 or newer, or Valkey');
  expect(said(rule, scene({ nodes: [{ readings: [reading, old] }] }))).toBe('unassessed');
  const once = saw(latencyHistogram, histograms('hgetall', TAIL));
  expect(said(rule, scene({ nodes: [{ readings: [reading, once] }] }))).toBe('unassessed');
});
