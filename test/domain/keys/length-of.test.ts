import { expect, test } from 'vitest';
import { lengthOf } from '../../../src/domain/keys/length-of.ts';

test('a key is asked for its length by its type', () => {
  expect(lengthOf('k', 'hash')).toEqual(['HLEN', 'k']);
  expect(lengthOf('k', 'string')).toEqual(['STRLEN', 'k']);
});

test('nothing tells the length of what a module keeps', () => {
  expect(lengthOf('k', 'ReJSON-RL')).toBeUndefined();
});
