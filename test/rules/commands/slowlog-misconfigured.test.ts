import { expect, test } from 'vitest';
import observabilityConfig from '../../../src/probes/observability-config.ts';
import rule from '../../../src/rules/commands/slowlog-misconfigured.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  [10_000, 128, 'clear'],
  [100_000, 1024, 'clear'],
  [100_001, 1024, 'info'],
  [1, 128, 'clear'],
  [0, 128, 'info'],
  [-1, 128, 'info'],
  [10_000, 127, 'info'],
])('above %i us, %i entries: %s', (slower, length, wanted) => {
  const readings = [saw(observabilityConfig, { slowlog_log_slower_than: slower, slowlog_max_len: length })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
