import { expect, test } from 'vitest';
import memory from '../../src/probes/memory.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells what memory is used for and what limits it', (version) => {
  const reading = fromInfo(memory, version);
  expect(reading.maxmemory).toBe(209_715_200);
  expect(reading.maxmemory_policy).toBe('noeviction');
  expect(reading.used_memory).toBeGreaterThan(2_000_000);
  expect(reading.used_memory_startup).toBeGreaterThan(500_000);
});

test.for(VERSIONS)('%s: buffers that eviction does not count are taken off', (version) => {
  const reading = fromInfo(memory, version, 'full-noeviction-store');
  expect(reading.mem_not_counted_for_evict).toBeGreaterThan(0);
  expect(reading.effective).toBe(reading.used_memory - (reading.mem_not_counted_for_evict ?? 0));
  expect(reading.effective).toBeGreaterThan(reading.maxmemory);
});

test('a field that 6.2 lacks is missing, not zero', () => {
  expect(fromInfo(memory, 'redis-6.2.16').current_eviction_exceeded_time).toBeUndefined();
  expect(fromInfo(memory, 'redis-7.0.15').current_eviction_exceeded_time).toBe(0);
});
