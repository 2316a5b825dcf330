import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/persistence/rdb-save-stuck.ts';
import { said, saw, scene } from '../../support/scene.ts';

const SMALL = 1_000_000;
/** Needs 400 s at 50 MB/s. */
const BIG = 20_000_000_000;

test.each([
  [1, 120, SMALL, 'clear'],
  [1, 121, SMALL, 'warning'],
  [1, 600, SMALL, 'warning'],
  [1, 601, SMALL, 'critical'],
  [1, 400, BIG, 'clear'],
  [1, 401, BIG, 'warning'],
  [1, 2001, BIG, 'critical'],
  [0, 9999, SMALL, 'clear'],
  [1, undefined, SMALL, 'unassessed'],
])('in progress %i for %s s with %i bytes in memory: %s', (rdb_bgsave_in_progress, took, used_memory, want) => {
  const readings = [
    saw(persistence, { rdb_bgsave_in_progress, rdb_current_bgsave_time_sec: took }),
    saw(memory, { used_memory }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test.each([
  [60, 0, 10, 'critical'],
  [60, 1, 10, 'clear'],
  [59, 0, 10, 'clear'],
  [60, 0, 9, 'clear'],
])('in progress for %i s with %i keys written in %i s: %s', (took, written, seconds, want) => {
  const sample = (current_save_keys_processed: number) => ({
    rdb_bgsave_in_progress: 1,
    rdb_current_bgsave_time_sec: took,
    current_save_keys_processed,
  });
  const readings = [saw(persistence, sample(7 + written), sample(7)), saw(memory, { used_memory: SMALL })];
  expect(said(rule, scene({ nodes: [{ readings, seconds }] }))).toBe(want);
});
