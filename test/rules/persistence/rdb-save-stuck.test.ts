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
