import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/memory-over-limit-sustained.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[string, number | undefined, number, string]>([
  ['not over the limit', 0, 1000, 'clear'],
  ['5 s over the limit', 5000, 1000, 'clear'],
  ['more than 5 s over the limit', 5001, 1000, 'high'],
  ['without a limit', 9000, 0, 'clear'],
  ['a version that does not tell', undefined, 1000, 'unassessed'],
  ['a version that does not tell, without a limit', undefined, 0, 'clear'],
])('%s: %s ms of maxmemory %s is %s', (_what, exceeded, maxmemory, wanted) => {
  const readings = [saw(memory, { maxmemory, current_eviction_exceeded_time: exceeded })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
