import { describe, expect, test } from 'vitest';
import { median, usual, usualLevel } from '../../src/domain/baseline.ts';
import type { Point } from '../../src/domain/series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 20, 12, 0);

/** Points a minute apart that end `hoursAgo`, whose counter grows by `perMinute(hoursAgo)`. */
function points(from: number, to: number, perMinute: (hoursAgo: number) => number, runId = 'a'): Point[] {
  let total = 1_000_000;
  const made: Point[] = [];
  for (let ago = from * HOUR; ago >= to * HOUR; ago -= MINUTE) {
    const growth = perMinute(ago / HOUR);
    total += growth;
    made.push({
      at: NOW - ago,
      runId,
      role: 'primary',
      values: { expired_keys: total, blocked_clients: growth },
    });
  }
  return made;
}

describe('the usual rate at this hour', () => {
  test('is that of the same hour on earlier days, whatever it is now', () => {
    const busyAtNoon = (ago: number) => (ago < 3 ? 60_000 : Math.abs((ago % 24) - 12) > 11 ? 600 : 6);
    expect(usual(points(48, 0, busyAtNoon), 'expired_keys', NOW)).toMatchObject({ median: 10, spread: 0 });
  });

  test('two days are twice the values of one', () => {
    expect(
      usual(
        points(25, 0, () => 60),
        'expired_keys',
        NOW,
      )?.count,
    ).toBe(61);
    expect(
      usual(
        points(49, 0, () => 60),
        'expired_keys',
        NOW,
      )?.count,
    ).toBe(122);
  });

  test('says how much it varies', () => {
    let at = 0;
    const restless = points(25, 0, () => 60 * ((at++ % 3) + 1));
    expect(usual(restless, 'expired_keys', NOW)).toMatchObject({ median: 2, spread: 1 });
  });

  test.each([
    ['less than a day', points(20, 0, () => 60)],
    ['only a few minutes of that hour', points(23.75, 23.5, () => 60)],
    ['nothing', []],
    ['no such field', points(48, 0, () => 60).map((point) => ({ ...point, values: {} }))],
  ])('is not known from %s', (_what, history) => {
    expect(usual(history, 'expired_keys', NOW)).toBeUndefined();
  });

  test('a restart, a reset and a gap are no rates', () => {
    const restarted = [...points(25, 24, () => 60, 'a'), ...points(23.99, 23, () => 60, 'b')];
    expect(usual(restarted, 'expired_keys', NOW)).toMatchObject({ median: 1, spread: 0 });
    const sparse = points(48, 0, () => 60).filter((_point, at) => at % 10 === 0);
    expect(usual(sparse, 'expired_keys', NOW)).toBeUndefined();
  });
});

test('the usual level of a gauge needs no pairs', () => {
  expect(
    usualLevel(
      points(48, 0, () => 7),
      'blocked_clients',
      NOW,
    ),
  ).toMatchObject({ median: 7, spread: 0 });
  expect(
    usualLevel(
      points(10, 0, () => 7),
      'blocked_clients',
      NOW,
    ),
  ).toBeUndefined();
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[5], 5],
])('the median of %j is %d', (values, want) => {
  expect(median(values)).toBe(want);
});
