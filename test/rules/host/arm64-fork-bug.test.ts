import { expect, test } from 'vitest';
import kernel from '../../../src/probes/host-kernel.ts';
import config from '../../../src/probes/process-config.ts';
import rule from '../../../src/rules/host/arm64-fork-bug.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['x86_64', '4.18.0', 'ARM64-COW-BUG', 'clear'],
  ['aarch64', '5.4.0-42-generic', 'ARM64-COW-BUG', 'critical'],
  ['aarch64', '5.9.16', 'ARM64-COW-BUG', 'critical'],
  ['aarch64', '5.10.0-8-arm64', 'ARM64-COW-BUG', 'clear'],
  ['aarch64', '6.1.0', 'ARM64-COW-BUG', 'clear'],
  // It tested the kernel when it started, and would not run.
  ['aarch64', '5.4.0-42-generic', '', 'clear'],
  // Before 6.2 nothing was tested.
  ['aarch64', '5.4.0-42-generic', undefined, 'critical'],
  [undefined, '5.4.0', '', 'unassessed'],
])('%s with kernel %s and ignore-warnings %j: %s', (machine, release, ignore_warnings, want) => {
  const readings = [saw(kernel, { machine, release }), saw(config, { ignore_warnings })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
