import type { Point } from './series.ts';

const MIB = 1024 * 1024;

/** Ratios of less data than this only say that the server is small: an empty one shows 7. */
const ENOUGH_DATA = 100 * MIB;

/** So little beside the data is not worth a word, whatever the ratio. */
const ENOUGH_BESIDE = 64 * MIB;

interface Resident {
  used_memory: number;
  used_memory_rss: number;
}

/** True when resident memory is so much more than used memory, of a server so large, that ratios can be read. */
export function isWorthReading(memory: Resident): boolean {
  return memory.used_memory >= ENOUGH_DATA && retained(memory) >= ENOUGH_BESIDE;
}

/** True when much is resident that is not used, whatever the size of the server. */
export function retainsMuch(memory: Resident): boolean {
  return retained(memory) >= ENOUGH_BESIDE;
}

export function retained({ used_memory, used_memory_rss }: Resident): number {
  return used_memory_rss - used_memory;
}

export interface AllocatorFacts {
  allocator_frag_ratio?: number | undefined;
  allocator_frag_bytes?: number | undefined;
  allocator_active?: number | undefined;
  allocator_allocated?: number | undefined;
}

/**
 * What lies in holes between allocations. Redis 7.4, Valkey 8.1 and newer count the small size classes only, and
 * Valkey none at all where it was built without defragmentation: then it is what the allocator's pages hold more.
 */
export function holes(facts: AllocatorFacts): { ratio: number; bytes: number; from: string } | undefined {
  const { allocator_frag_ratio: ratio, allocator_frag_bytes: told, allocator_active, allocator_allocated = 0 } = facts;
  if (told === 0 && allocator_active !== undefined && allocator_allocated > 0) {
    return {
      ratio: allocator_active / allocator_allocated,
      bytes: allocator_active - allocator_allocated,
      from: 'allocator_active - allocator_allocated',
    };
  }
  return ratio === undefined || told === undefined ? undefined : { ratio, bytes: told, from: 'allocator_frag_bytes' };
}

const LATELY_MS = 10 * 60_000;

/** So much less than a moment ago is a mass deletion, whose holes new data will fill. */
const FELL = 1.3;

/** True when much was deleted within the last ten minutes, as far as the kept samples tell. */
export function fellLately(history: readonly Point[], usedMemory: number, at: number): boolean {
  const lately = history.filter((point) => at - point.at <= LATELY_MS);
  return Math.max(0, ...lately.map(({ values }) => values.used_memory ?? 0)) > FELL * usedMemory;
}
