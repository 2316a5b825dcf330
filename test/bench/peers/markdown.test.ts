import { expect, test } from 'vitest';
import type { Answer, Row } from '../../../bench/peers/compare.ts';
import { writeReport } from '../../../bench/peers/markdown.ts';

const silent: Answer = { grade: 'silent', said: [] };
const quiet = {
  'MEMORY DOCTOR': silent,
  'LATENCY DOCTOR': silent,
  'redis-mixin': silent,
  'awesome-prometheus-alerts': silent,
};
const base = { family: 'memory', roots: [], tooSmall: false, eased: false };
const ROWS: readonly Row[] = [
  {
    ...base,
    name: 'the server died',
    kind: 'fault',
    ours: { grade: 'sees', said: ['node-hung'], verdict: 'critical' },
    peers: { ...quiet, 'redis-mixin': { grade: 'names', said: ['server down'] } },
  },
  {
    ...base,
    name: 'many clients',
    kind: 'healthy',
    tooSmall: true,
    ours: { ...silent, verdict: 'healthy' },
    peers: { ...quiet, 'redis-mixin': { grade: 'false alarm', said: ['clients > 100'] } },
  },
];
const REPORT = writeReport({ engine: 'Redis 7.0.15', exporter: '1.0', date: '2026-01-01', rows: ROWS, leftOut: [] });

test('what everybody saw, named and raised without need is counted', () => {
  expect(REPORT).toContain('| redis-medic | 1 | 0 | 0 |');
  expect(REPORT).toContain('| redis-mixin | 1 | 1 | 1 |');
  expect(REPORT).toContain('| MEMORY DOCTOR | 0 | 0 | 0 |');
});

test('a peer that says more is told first', () => {
  expect(REPORT).toContain('- the server died: redis-mixin names: server down, redis-medic sees: node-hung.');
});

test('a line for each scenario', () => {
  expect(REPORT).toContain(
    '| memory | the server died | critical; sees: node-hung | silent | silent | names: server down | silent | redis-mixin |',
  );
  expect(REPORT).toContain(
    '| memory | many clients | healthy; silent | silent (under 5 MB) | silent | false alarm: clients > 100 | silent |',
  );
  expect(REPORT).not.toContain('Left out');
});
