import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/aof-no-preamble.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  [1, 'no', 'info'],
  [1, 'yes', 'clear'],
  [1, undefined, 'clear'],
  [0, 'no', 'clear'],
])('aof_enabled %i with aof-use-rdb-preamble %s: %s', (aof_enabled, aof_use_rdb_preamble, want) => {
  const readings = [saw(persistence, { aof_enabled }), saw(persistenceConfig, { aof_use_rdb_preamble })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
