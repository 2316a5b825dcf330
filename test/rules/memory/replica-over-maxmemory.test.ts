import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/replica-over-maxmemory.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  used: number;
  notCounted?: number;
  max?: number;
  primary?: true;
}

function rowScene({ used, notCounted = 0, max = 1000, primary }: Row) {
  const readings = [saw(memory, { used_memory: used, maxmemory: max, effective: used - notCounted })];
  return scene({ nodes: [{ role: primary ? 'primary' : 'replica', readings }] });
}

test.each<[string, Row, string]>([
  ['10 % over', { used: 1100 }, 'clear'],
  ['more than 10 % over', { used: 1101 }, 'warning'],
  ['more, but in buffers for replicas of its own', { used: 1300, notCounted: 200 }, 'clear'],
  ['without a limit', { used: 1300, max: 0 }, 'clear'],
  ['a primary is another finding', { used: 1300, primary: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
