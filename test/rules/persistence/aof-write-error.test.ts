import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/persistence/aof-write-error.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  [1, 'err', 'critical'],
  [1, 'ok', 'clear'],
  [0, 'err', 'clear'],
  [1, undefined, 'unassessed'],
])('aof_enabled %i with aof_last_write_status %s: %s', (aof_enabled, aof_last_write_status, want) => {
  const readings = [saw(persistence, { aof_enabled, aof_last_write_status })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
