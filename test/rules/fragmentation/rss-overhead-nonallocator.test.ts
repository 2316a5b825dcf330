import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/fragmentation/rss-overhead-nonallocator.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  ratio?: number | undefined;
  /** MiB. */
  beside?: number;
  used?: number;
  saving?: 'rdb' | 'aof';
}

function rowScene({ beside = 257, used = 500, saving, ...row }: Row) {
  const ratio = 'ratio' in row ? row.ratio : 1.3;
  const facts = { used_memory: used * MIB, used_memory_rss: (used + beside) * MIB };
  const readings = [
    saw(memory, { ...facts, rss_overhead_ratio: ratio, rss_overhead_bytes: beside * MIB }),
    saw(persistence, {
      rdb_bgsave_in_progress: saving === 'rdb' ? 1 : 0,
      aof_rewrite_in_progress: saving === 'aof' ? 1 : 0,
    }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['a ratio of 1.2', { ratio: 1.2 }, 'clear'],
  ['a higher ratio', { ratio: 1.21 }, 'warning'],
  ['256 MiB', { beside: 256 }, 'clear'],
  ['during a save', { saving: 'rdb' }, 'clear'],
  ['during a rewrite', { saving: 'aof' }, 'clear'],
  ['a small server', { ratio: 9, used: 99 }, 'clear'],
  ['a version that does not tell', { ratio: undefined }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
