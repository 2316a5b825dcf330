import { expect, test } from 'vitest';
import capacity from '../../src/figures/capacity.ts';
import memory from '../../src/probes/memory.ts';
import { saw, scene } from '../support/scene.ts';

const GIB = 1024 ** 3;
const NOW = 1_800_000_000_000;

function told(policy: string, growthPerHour: number | undefined) {
  const readings = [
    saw(memory, { maxmemory: 10 * GIB, maxmemory_policy: policy, effective: 5 * GIB, used_memory_rss: 5 * GIB }),
  ];
  const points = Array.from({ length: 10 }, (_none, back) => ({
    at: NOW - (9 - back) * 600_000,
    runId: 'r',
    role: 'primary' as const,
    values: { used_memory: 5 * GIB + (back * (growthPerHour ?? 0)) / 6 },
  }));
  const series = growthPerHour === undefined ? {} : { '127.0.0.1:6379': points };
  const [said] = capacity.tell(scene({ nodes: [{ readings }], series }));
  return said && 'said' in said ? [said.ok, said.said] : said;
}

test.each<[string, string, number | undefined, boolean | undefined, string]>([
  ['without a history', 'noeviction', undefined, undefined, '50 % of 10 GiB (maxmemory) in use; how it grows'],
  ['steady', 'noeviction', 0, true, 'does not grow'],
  ['full in five hours', 'noeviction', GIB, false, 'it is full in 5 h'],
  ['full in a month', 'noeviction', GIB / 200, true, 'it is full in 42 d'],
  ['a cache that may be full', 'allkeys-lru', GIB, true, 'at the limit it evicts'],
])('%s', (_sentence, policy, growth, ok, said) => {
  expect(told(policy, growth)).toEqual([ok, expect.stringContaining(said)]);
});
