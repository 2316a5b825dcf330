import { expect, test } from 'vitest';
import { isIndependentOfData, loggedSince } from '../../src/domain/slow-log.ts';
import { slowEntry } from '../support/logged.ts';

test('new are entries with a new id and those that the clock puts inside the window', () => {
  const now = [slowEntry({ id: 7, at: 1000 }), slowEntry({ id: 6, at: 950 }), slowEntry({ id: 5, at: 900 })];
  const ids = (before: number[] | undefined, since: number) =>
    loggedSince({ now, ...(before && { before: before.map((id) => slowEntry({ id })) }), seconds: 2 }, since).map(
      ({ id }) => id,
    );
  expect(ids(undefined, 950)).toEqual([7, 6]);
  expect(ids([5], 2000)).toEqual([7, 6]);
  expect(ids([], 2000)).toEqual([7, 6, 5]);
});

test.each([
  ['get', 1, true],
  ['zadd', 8, true],
  ['zadd', 9, false],
  ['blpop', 2, true],
  ['info', 1, true],
  ['keys', 1, false],
  ['eval', 3, false],
  ['del', 1, false],
])('%s with %i arguments does the same work whatever the data: %s', (command, argumentCount, wanted) => {
  expect(isIndependentOfData({ command, argumentCount })).toBe(wanted);
});

test.each([
  [20, 14_000, true],
  [140, 14_000, true],
  [141, 14_000, false],
  [5000, 14_000, false],
])('an HSET with %i arguments that took %i us was held up: %s', (argumentCount, microseconds, wanted) => {
  expect(isIndependentOfData({ command: 'hset', argumentCount, microseconds })).toBe(wanted);
});
