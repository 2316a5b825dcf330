import { expect, test } from 'vitest';
import { savePoints } from '../../src/domain/save-points.ts';

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
