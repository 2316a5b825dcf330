import { expect, test } from 'vitest';
import { type Measured, sparkline, spread, trendOf } from '../../src/domain/trend.ts';

const points = (...values: number[]): Measured[] => values.map((value, at) => ({ at: at * 10_000, value }));

test.each<[string, Measured[], number]>([
  ['grows by 10 in 10 s', points(0, 10, 20, 30, 40, 50), 1],
  ['shrinks', points(50, 40, 30, 20, 10), -1],
  ['stays', points(7, 7, 7, 7, 7), 0],
  ['grows but for one odd point', points(0, 10, 900, 30, 40, 50, 60), 1],
])('what %s', (_what, given, want) => {
  expect(trendOf(given)?.perSecond).toBeCloseTo(want, 1);
});

test.each([[points(5)], [[]]])('less than two moments have no trend', (given) => {
  expect(trendOf(given)).toBeUndefined();
});

test('a step is no trend: most of the slopes are none', () => {
  expect(trendOf(points(0, 0, 0, 0, 0, 100, 100, 100, 100, 100, 100))?.low).toBe(0);
});

test('of many points some are taken, the first and the last among them', () => {
  const many = Array.from({ length: 1000 }, (_, at) => at);
  expect(spread(many, 4)).toEqual([0, 333, 666, 999]);
  expect(spread([1, 2], 4)).toEqual([1, 2]);
  expect(trendOf(many.map((at) => ({ at: at * 1000, value: at })))).toMatchObject({ count: 1000, seconds: 999 });
});

test.each<[number[], string | undefined]>([
  [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
  [[5, 5, 5], '▁▁▁'],
  [[7, 0], '█▁'],
  [[1], undefined],
])('%j is drawn as %s', (values, want) => {
  expect(sparkline(values)).toBe(want);
});

test('a long series is drawn in the width that there is', () => {
  const line = sparkline(Array.from({ length: 500 }, (_, at) => at));
  expect(line).toHaveLength(24);
  expect(line).toMatch(/^▁.*█$/);
});
