import { expect, test } from 'vitest';
import memoryStats from '../../../src/probes/memory-stats.ts';
import rule from '../../../src/rules/memory/small-key-overhead.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[string, number, number, number, string]>([
  ['tables as large as the data', 100_000, 8e6, 8e6, 'clear'],
  ['tables larger than the data', 100_000, 8e6, 8e6 - 1, 'info'],
  ['the same with few keys', 99_999, 8e6, 8e6 - 1, 'clear'],
  ['99 bytes a key', 2_000_000, 50e6, 148e6, 'info'],
  ['100 bytes a key', 2_000_000, 50e6, 150e6, 'clear'],
  ['99 bytes a key, but no more than a million', 1_000_000, 25e6, 74e6, 'clear'],
])('%s: %i keys, tables %d, data %d is %s', (_what, keys, tables, dataset, wanted) => {
  const readings = [saw(memoryStats, { keys, tables, dataset })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
