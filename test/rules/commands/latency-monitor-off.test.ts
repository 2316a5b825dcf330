import { expect, test } from 'vitest';
import observabilityConfig from '../../../src/probes/observability-config.ts';
import rule from '../../../src/rules/commands/latency-monitor-off.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[number | undefined, string]>([
  [0, 'info'],
  [1, 'clear'],
  [undefined, 'clear'],
])('latency-monitor-threshold %s: %s', (threshold, wanted) => {
  const readings = [saw(observabilityConfig, { latency_monitor_threshold: threshold })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
