import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/lazyfree-backlog.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  pending: number | undefined;
  before?: number;
  /** Pending in the samples that were kept, 15 s apart, the newest 1 s ago. */
  kept?: number[];
}

function rowScene({ pending, before, kept = [] }: Row) {
  const name = '127.0.0.1:6379';
  const now = { lazyfree_pending_objects: pending };
  const readings = [saw(memory, now, before === undefined ? undefined : { lazyfree_pending_objects: before })];
  const { takenAt } = scene({ nodes: [] });
  const points = kept.map((lazyfree_pending_objects, at): Point => {
    const ago = 1 + (kept.length - 1 - at) * 15;
    return { at: takenAt - ago * 1000, runId: 'r', role: 'primary', values: { lazyfree_pending_objects } };
  });
  return scene({ nodes: [{ name, readings }], series: { [name]: points } });
}

test.each<[string, Row, string]>([
  ['nothing is pending', { pending: 0, before: 0 }, 'clear'],
  ['100,000 objects', { pending: 100_000, before: 1 }, 'clear'],
  ['more, and rising', { pending: 100_001, before: 1 }, 'warning'],
  ['more, and not falling', { pending: 100_001, before: 100_001 }, 'warning'],
  ['more, but falling', { pending: 100_001, before: 100_002 }, 'clear'],
  ['more, seen once', { pending: 100_001 }, 'unassessed'],
  ['few, for a minute', { pending: 5, before: 5, kept: [0, 3, 3, 4, 4, 5] }, 'warning'],
  ['few, for less than a minute', { pending: 5, before: 5, kept: [0, 0, 3, 4, 4, 5] }, 'clear'],
  ['few, and there were none a moment ago', { pending: 5, before: 5, kept: [4, 4, 4, 4, 4, 4, 0] }, 'clear'],
  ['few, for a minute, but falling', { pending: 5, before: 6, kept: [3, 3, 4, 4, 5, 6] }, 'clear'],
  ['a version that does not tell', { pending: undefined }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
