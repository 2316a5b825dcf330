import { expect, test } from 'vitest';
import { makeAllowList, makeKeyAllowList } from '../../src/io/redis/allow-list.ts';
import keySample from '../../src/probes/key-sample.ts';

test('what it may ask of keys is for its own session alone, and reads no value', () => {
  const [reader, ofKeys] = [makeAllowList([keySample]), makeKeyAllowList([keySample])];
  expect(ofKeys(['TYPE', 'any key\n'])).toBe(true);
  expect(reader(['TYPE', 'key'])).toBe(false);
  for (const command of [
    ['GET', 'k'],
    ['HGETALL', 'k'],
    ['DUMP', 'k'],
    ['DEL', 'k'],
    ['OBJECT', 'HELP'],
    ['KEYS', '*'],
  ]) {
    expect(ofKeys(command)).toBe(false);
  }
});

test('there is nothing to read at a moment', () => {
  expect(() => keySample.read([], {} as never)).toThrow('the keys were not sampled');
});
