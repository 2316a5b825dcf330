import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/fragmentation/rss-retained-after-peak.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB. */
  used: number;
  rss: number;
  peak?: number;
  kept?: number;
  ratio?: number;
}

test.each<[string, Row, string]>([
  ['a fresh server', { used: 1, rss: 8, ratio: 5, kept: 4 }, 'clear'],
  ['the allocator keeps 64 MiB', { used: 500, rss: 600, ratio: 1.2, kept: 64 }, 'clear'],
  ['the allocator keeps more than 64 MiB', { used: 500, rss: 600, ratio: 1.2, kept: 65 }, 'info'],
  ['little of a large server', { used: 5000, rss: 5500, ratio: 1.1, kept: 500 }, 'clear'],
  ['half as much again at the peak', { used: 100, rss: 164, peak: 150 }, 'clear'],
  ['more at the peak', { used: 100, rss: 164, peak: 151 }, 'info'],
  ['more at the peak, but it was given back', { used: 100, rss: 163, peak: 1000 }, 'clear'],
  ['all was flushed and is still resident', { used: 1, rss: 300, peak: 300 }, 'info'],
])('%s: %o is %s', (_what, { used, rss, peak = used, kept = 0, ratio = 1 }, wanted) => {
  const facts = { used_memory: used * MIB, used_memory_rss: rss * MIB, used_memory_peak: peak * MIB };
  const readings = [saw(memory, { ...facts, allocator_rss_ratio: ratio, allocator_rss_bytes: kept * MIB })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
