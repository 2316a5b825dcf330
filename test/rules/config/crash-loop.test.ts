import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/config/crash-loop.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000_000;

function runs(...minutesAgo: [minutes: number, runId: string][]): Point[] {
  return minutesAgo.map(([minutes, runId]) => ({ at: NOW - minutes * 60_000, runId, role: 'primary', values: {} }));
}

test.each<[string, Point[], string]>([
  ['nobody watched', [], 'unassessed'],
  ['one process', runs([50, 'c'], [10, 'c']), 'clear'],
  ['one restart', runs([50, 'b'], [10, 'c']), 'clear'],
  ['two restarts within the hour', runs([50, 'a'], [30, 'b']), 'critical'],
  ['restarts of this morning', runs([600, 'a'], [300, 'b'], [20, 'c']), 'clear'],
])('%s', (_what, points, want) => {
  const readings = [saw(server, { run_id: 'c', uptime_in_seconds: 60 })];
  expect(said(rule, scene({ nodes: [{ readings }], series: { '127.0.0.1:6379': points } }))).toBe(want);
});
