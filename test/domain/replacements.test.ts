import { expect, test } from 'vitest';
import { replacementFor } from '../../src/domain/replacements.ts';

test.each([
  ['keys', 1, /SCAN/],
  ['hgetall', 1, /HMGET|HSCAN/],
  ['smembers', 1, /SSCAN/],
  ['lrange', 3, /ranges/],
  ['del', 1, /UNLINK/],
  ['sort', 1, /sorted set/],
  ['eval', 5, /script/],
  ['flushall', 0, /ASYNC/],
  ['mget', 500, /batches/],
  ['get', 1, /host/],
  ['mget', 3, /host/],
])('instead of %s with %i arguments: %s', (command, argumentCount, wanted) => {
  expect(replacementFor({ command, argumentCount })).toMatch(wanted);
});

test('nothing is made up for what nobody knows', () => {
  expect(replacementFor({ command: 'ft.search', argumentCount: 2 })).toBeUndefined();
});
