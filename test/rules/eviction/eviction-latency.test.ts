import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import observabilityConfig from '../../../src/probes/observability-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/eviction-latency.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  event?: { name?: string; ms: number; ago?: number };
  evicted?: number;
  tenacity?: number;
  monitor?: number;
}

function rowScene({ event, evicted = 0, tenacity = 10, monitor = 50 }: Row) {
  const { name = 'eviction-cycle', ms = 0, ago = 5 } = event ?? {};
  const readings = [
    saw(clock, { epochSeconds: 1000.5 }),
    saw(latencyLatest, event ? [{ name, at: 1000.5 - ago, latestMs: ms, maxMs: 900 }] : []),
    saw(stats, { evicted_keys: 30 + evicted }, { evicted_keys: 30 }),
    saw(memoryConfig, { maxmemory_eviction_tenacity: tenacity }),
    saw(observabilityConfig, { latency_monitor_threshold: monitor }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['a cycle of 50 ms', { event: { ms: 50 } }, 'clear'],
  ['a cycle of more than 50 ms', { event: { ms: 51 } }, 'warning'],
  ['a large key', { event: { ms: 51, name: 'eviction-del' } }, 'warning'],
  ['another event', { event: { ms: 500, name: 'expire-cycle' } }, 'clear'],
  ['a cycle of a minute ago', { event: { ms: 500, ago: 60 } }, 'warning'],
  ['a cycle of yesterday', { event: { ms: 500, ago: 61 } }, 'clear'],
  ['evictions, each of them short', { evicted: 100 }, 'clear'],
  ['evictions at a tenacity of 50', { evicted: 100, tenacity: 50 }, 'clear'],
  ['evictions at a higher tenacity', { evicted: 100, tenacity: 51 }, 'warning'],
  ['a high tenacity that nothing needs', { tenacity: 100 }, 'clear'],
  ['evictions that nobody times', { evicted: 100, monitor: 0 }, 'unassessed'],
  ['evictions of which only the longest are timed', { evicted: 100, monitor: 100 }, 'unassessed'],
  ['no evictions and no monitor', { monitor: 0 }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
