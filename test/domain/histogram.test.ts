import { expect, test } from 'vitest';
import { between, callsUpTo, type Histogram, percentile } from '../../src/domain/histogram.ts';

function histogram(...upTo: [number, number][]): Histogram {
  return { calls: upTo.at(-1)?.[1] ?? 0, upTo: new Map(upTo) };
}

const YESTERDAY = histogram([1, 900], [2, 1000]);

test('calls of a bound that has no entry are those of the bound below', () => {
  const sparse = histogram([1, 5], [66, 6]);
  expect([0, 1, 33, 66, 1000].map((bound) => callsUpTo(sparse, bound))).toEqual([0, 5, 5, 6, 6]);
});

test('what happened since yesterday is not drowned in what happened until then', () => {
  const now = histogram([1, 980], [2, 1090], [8456, 1092], [16_912, 1100]);
  const window = between(now, YESTERDAY);
  expect(window).toEqual({
    calls: 100,
    upTo: new Map([
      [1, 80],
      [2, 90],
      [8456, 92],
      [16_912, 100],
    ]),
  });
  expect(window && percentile(window, 0.5)).toEqual({ above: 0, atMost: 1 });
  expect(window && percentile(window, 0.99)).toEqual({ above: 8456, atMost: 16_912 });
});

test('a command that ran for the first time has no histogram before', () => {
  expect(between(YESTERDAY, undefined)?.calls).toBe(1000);
});

test('counters that went back, or no calls, say nothing', () => {
  expect(between(histogram([1, 5]), YESTERDAY)).toBeUndefined();
  expect(percentile(histogram(), 0.99)).toBeUndefined();
});
