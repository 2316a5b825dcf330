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

test.each<[string, number, number, number, string]>([
  ['a tenth of the time', 1000, 0, 10, 'clear'],
  ['more than a tenth of the time', 1001, 0, 10, 'high'],
  ['most of a short time, less than a second', 999, 0, 2, 'clear'],
  ['a second of a short time', 1000, 0, 2, 'high'],
  ['all of it until now, as after lowering maxmemory', 4000, 4500, 4, 'clear'],
  ['now for a moment, and for a second before', 2000, 1000, 4, 'high'],
])('over the limit for %s (%i ms, %i of them until now, of %i s) is %s', (_what, ms, current, seconds, wanted) => {
  const now = { maxmemory: 1000, current_eviction_exceeded_time: current, total_eviction_exceeded_time: 70_000 + ms };
  const readings = [saw(memory, now, { total_eviction_exceeded_time: 70_000 })];
  expect(said(rule, scene({ nodes: [{ readings, seconds }] }))).toBe(wanted);
});
