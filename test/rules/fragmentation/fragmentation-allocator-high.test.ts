import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/fragmentation/fragmentation-allocator-high.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;
const NAME = '127.0.0.1:6379';

interface Row {
  /** MiB. */
  used?: number;
  wasted?: number;
  ratio?: number | undefined;
  /** MiB in use five minutes ago, as it was kept. */
  earlier?: number;
}

function rowScene({ used = 500, wasted = 256, earlier, ...row }: Row) {
  const ratio = 'ratio' in row ? row.ratio : 1.5;
  const facts = { used_memory: used * MIB, used_memory_rss: (used + wasted) * MIB };
  const readings = [saw(memory, { ...facts, allocator_frag_ratio: ratio, allocator_frag_bytes: wasted * MIB })];
  const { takenAt } = scene({ nodes: [] });
  const point = {
    at: takenAt - 300_000,
    runId: 'r',
    role: 'primary' as const,
    values: { used_memory: (earlier ?? 0) * MIB },
  };
  return scene({ nodes: [{ name: NAME, readings }], series: earlier === undefined ? {} : { [NAME]: [point] } });
}

test.each<[string, Row, string]>([
  ['just below 1.4', { ratio: 1.39 }, 'clear'],
  ['1.4', { ratio: 1.4 }, 'warning'],
  ['just below 1.7', { ratio: 1.69 }, 'warning'],
  ['1.7', { ratio: 1.7 }, 'high'],
  ['less than 256 MiB', { ratio: 3, wasted: 255 }, 'clear'],
  ['a small server', { ratio: 8, used: 99, wasted: 693 }, 'clear'],
  ['much was deleted minutes ago', { ratio: 1.7, earlier: 651 }, 'info'],
  ['little was deleted minutes ago', { ratio: 1.7, earlier: 650 }, 'high'],
  ['a version that does not tell', { ratio: undefined }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
