import { expect, test } from 'vitest';
import { changeRate, saveInterval, savePoints } from '../../src/domain/save-points.ts';

test.each([
  [
    '3600 1 300 100',
    [
      { seconds: 3600, changes: 1 },
      { seconds: 300, changes: 100 },
    ],
  ],
  ['', []],
  ['60', []],
])('CONFIG GET save "%s"', (text, points) => {
  expect(savePoints(text)).toEqual(points);
});

test.each([
  ['3600 1 300 100 60 10000', 0, 3600],
  ['3600 1 300 100 60 10000', 0.1, 1000],
  ['3600 1 300 100 60 10000', 1, 300],
  ['3600 1 300 100 60 10000', 100, 100],
  ['3600 1 300 100 60 10000', 5000, 60],
  ['60 10000', 0, Number.POSITIVE_INFINITY],
  ['', 5, Number.POSITIVE_INFINITY],
])('with save "%s" and %d changes a second a crash loses up to %d s', (save, changes, want) => {
  expect(saveInterval(savePoints(save), changes)).toBe(want);
});

const changed = (changes: number, saved: number) => ({
  rdb_changes_since_last_save: changes,
  rdb_last_save_time: saved,
});

test.each([
  ['counted between the samples', changed(50, 900), changed(30, 900), 10],
  ['on average since the save that came in between', changed(50, 990), changed(70, 900), 5],
  ['on average since the last save, for a single look', changed(50, 900), undefined, 0.5],
  ['right after a save', changed(3, 1000), changed(70, 900), 3],
])('changes a second, %s', (_sentence, now, before, want) => {
  const reading = before ? { now, before, seconds: 2 } : { now, seconds: 0 };
  expect(changeRate(reading, 1000)).toBe(want);
});
