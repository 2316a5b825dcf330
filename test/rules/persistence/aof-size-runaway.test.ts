import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/aof-size-runaway.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** All sizes in MiB; the file before and now. */
  size: readonly [before: number, now: number];
  base?: number;
  used?: number;
  percentage?: number;
  running?: number;
  enabled?: number;
  single?: boolean;
}

function answer({
  size: [before, now],
  base = 100,
  used = 20,
  percentage = 100,
  running = 0,
  enabled = 1,
  single,
}: Row): string {
  const disk = (size: number) => ({
    aof_enabled: enabled,
    aof_rewrite_in_progress: running,
    aof_rewrite_scheduled: 0,
    aof_current_size: size * MIB,
    aof_base_size: base * MIB,
  });
  const readings = [
    single ? saw(persistence, disk(now)) : saw(persistence, disk(now), disk(before)),
    saw(memory, { used_memory: used * MIB }),
    saw(persistenceConfig, { auto_aof_rewrite_percentage: percentage, auto_aof_rewrite_min_size: 64 * MIB }),
  ];
  return said(rule, scene({ nodes: [{ readings }] }));
}

test.each<[string, Row, string]>([
  ['four times its base', { size: [400, 400] }, 'clear'],
  ['more than four times its base', { size: [401, 401] }, 'warning'],
  ['more than that, of much data', { size: [999, 999], used: 100 }, 'clear'],
  ['without a base, as right after it was switched on', { size: [200, 200], base: 0 }, 'clear'],
  ['without a base, ten times the data', { size: [201, 201], base: 0 }, 'warning'],
  ['small, whatever the ratio', { size: [64, 64], base: 0, used: 1 }, 'clear'],
  ['growing, with rewrites switched off', { size: [10, 11], percentage: 0 }, 'warning'],
  ['still, with rewrites switched off', { size: [10, 10], percentage: 0 }, 'clear'],
  ['switched off, and looked at once', { size: [10, 10], percentage: 0, single: true }, 'unassessed'],
  ['too large, and being rewritten', { size: [900, 900], running: 1 }, 'clear'],
  ['left over from when it was on', { size: [900, 900], enabled: 0 }, 'clear'],
])('an append-only file %s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
