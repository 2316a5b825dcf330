import { expect, test } from 'vitest';
import { isWarmingUp, usualHitRatio } from '../../src/domain/cache.ts';
import type { Point } from '../../src/domain/series.ts';

test.each([
  ['up for an hour', 3600, 0, 10, false],
  ['up for less and still filling', 3599, 10, 10, true],
  ['up for less, but its content was replaced once', 3599, 11, 10, false],
])('%s: warming up is %s', (_what, uptime, evicted, keys, wanted) => {
  expect(isWarmingUp(uptime, evicted, keys)).toBe(wanted);
});

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

/** Half an hour of yesterday, a point a minute, with so many hits and misses between them. */
function yesterday(hits: number, misses: number): Point[] {
  return Array.from({ length: 30 }, (_none, at) => ({
    at: NOW - 24 * 60 * MINUTE + at * MINUTE,
    runId: 'r',
    role: 'primary',
    values: { keyspace_hits: at * hits, keyspace_misses: at * misses },
  }));
}

test('the usual share of hits is that of the same hour on earlier days', () => {
  expect(usualHitRatio(yesterday(900, 100), NOW)).toBeCloseTo(0.9);
});

test('nothing is usual without history or without lookups', () => {
  expect(usualHitRatio([], NOW)).toBeUndefined();
  expect(usualHitRatio(yesterday(0, 0), NOW)).toBeUndefined();
});
