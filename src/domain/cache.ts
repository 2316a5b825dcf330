import { usual } from './baseline.ts';
import type { Point } from './series.ts';

/** A cache that has just started is cold, not ill. Seconds. */
const WARM_AFTER = 3600;

/** A cache that runs for less than an hour and has not replaced its content once is still being filled. */
export function isWarmingUp(uptimeSeconds: number, evictedSinceStart: number, keys: number): boolean {
  return uptimeSeconds < WARM_AFTER && evictedSinceStart <= keys;
}

/** The share of lookups that usually hit at this hour of the day; undefined without enough history of earlier days. */
export function usualHitRatio(history: readonly Point[], at: number): number | undefined {
  const hits = usual(history, 'keyspace_hits', at)?.median;
  const misses = usual(history, 'keyspace_misses', at)?.median;
  if (hits === undefined || misses === undefined || hits + misses === 0) return undefined;
  return hits / (hits + misses);
}
