import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import clock from '../../../src/probes/clock.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/expiry-storm.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NAME = '127.0.0.1:6379';
const SECONDS = 10;

interface Row {
  /** Per second. */
  expired?: number;
  subkeys?: number;
  cpuMs?: number | undefined;
  /** Seconds ago. */
  event?: number;
  usually?: number;
  once?: true;
  replica?: true;
}

function yesterday(perSecond: number): Point[] {
  const { takenAt } = scene({ nodes: [] });
  return Array.from({ length: 30 }, (_none, at) => ({
    at: takenAt - 24 * 3_600_000 + at * 60_000,
    runId: 'r',
    role: 'primary',
    values: { expired_keys: at * 60 * perSecond },
  }));
}

function rowScene({ expired = 0, subkeys = 0, event, usually, once, replica, ...row }: Row) {
  const cpu = 'cpuMs' in row ? row.cpuMs : 300;
  const now = {
    expired_keys: 10 + expired * SECONDS,
    expired_subkeys: 10 + subkeys * SECONDS,
    expire_cycle_cpu_milliseconds: cpu === undefined ? undefined : 10 + cpu * SECONDS,
  };
  const before = {
    expired_keys: 10,
    expired_subkeys: 10,
    expire_cycle_cpu_milliseconds: cpu === undefined ? undefined : 10,
  };
  const events = event === undefined ? [] : [{ name: 'expire-cycle', at: 5000 - event, latestMs: 30, maxMs: 90 }];
  const readings = [
    saw(stats, now, once ? undefined : before),
    saw(latencyLatest, events),
    saw(clock, { epochSeconds: 5000 }),
  ];
  return scene({
    nodes: [{ role: replica ? 'replica' : 'primary', readings, seconds: SECONDS }],
    series: usually === undefined ? {} : { [NAME]: yesterday(usually) },
  });
}

test.each<[string, Row, string]>([
  ['1,000 a second', { expired: 1000 }, 'clear'],
  ['more, and the cycle is at its cap', { expired: 1001 }, 'warning'],
  ['fields of hashes count as well', { expired: 600, subkeys: 401 }, 'warning'],
  ['more, but the cycle has time left', { expired: 5000, cpuMs: 200 }, 'clear'],
  ['the same, but the latency monitor felt it', { expired: 5000, cpuMs: 10, event: 11 }, 'warning'],
  ['what it felt was before we looked', { expired: 5000, cpuMs: 10, event: 12 }, 'clear'],
  ['nobody tells what it costs', { expired: 5000, cpuMs: undefined }, 'unassessed'],
  ['ten times the usual', { expired: 5000, usually: 500 }, 'clear'],
  ['more than ten times the usual', { expired: 5001, usually: 500 }, 'warning'],
  ['one sample', { expired: 5000, once: true }, 'unassessed'],
  ['a replica, whose primary expires for it', { expired: 5000, replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
