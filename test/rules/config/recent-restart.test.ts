import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/config/recent-restart.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NODE = '127.0.0.1:6379';
const NOW = 1_800_000_000_000;

function point(secondsAgo: number, runId: string): Point {
  return { at: NOW - secondsAgo * 1000, runId, role: 'primary', values: {} };
}

test.each<[string, number, Point[], string]>([
  ['up for long', 600, [], 'clear'],
  ['new, or nobody watched', 30, [], 'info'],
  ['watched before, with another process', 30, [point(60, 'old')], 'warning'],
  ['watched since it started', 30, [point(15, 'new')], 'info'],
  ['it was another process yesterday: an old name that came back', 30, [point(90_000, 'old')], 'info'],
])('%s', (_what, uptime_in_seconds, points, want) => {
  const readings = [saw(server, { uptime_in_seconds, run_id: 'new' })];
  expect(said(rule, scene({ nodes: [{ readings }], series: { [NODE]: points } }))).toBe(want);
});

test('a process that was replaced while we looked', () => {
  const snapshot = scene({ nodes: [{ readings: [saw(server, { uptime_in_seconds: 1, run_id: 'new' })] }] });
  const nodes = snapshot.nodes.map((node) => (node.kind === 'read' ? { ...node, replacedRunId: 'old' } : node));
  expect(rule.assess('x', { ...snapshot, nodes })).toMatchObject([
    { severity: 'warning', headline: `${NODE} restarted 1 s ago`, evidence: [{}, { expected: 'old, as before' }] },
  ]);
});
