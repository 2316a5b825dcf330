import { expect, test } from 'vitest';
import { type Family, mergeFamilies, wordsOf } from '../../../src/domain/keys/key-pattern.ts';

test.each([
  ['user:42:cart', 'user:*:cart'],
  ['session:9f8e7d6c', 'session:*'],
  ['rate_limit/10.0.0.1', 'rate_limit/*.*.*.*'],
  ['mail:jane@example.com', 'mail:*.com'],
  ['v2:orders', 'v2:orders'],
  ['{cart}:items', '{cart}:items'],
  ['\u0000\u00ff', '*'],
  ['', ''],
])('%j belongs to %j', (key, family) => {
  expect(wordsOf(key).join('')).toBe(family);
});

function merged(keys: readonly string[]): Record<string, number> {
  const families = keys.map((key): Family<null> => ({ words: wordsOf(key), keys: 1, tally: null }));
  return Object.fromEntries([...mergeFamilies(families, () => null)].map(([name, { keys: count }]) => [name, count]));
}

const names = Array.from({ length: 26 }, (_none, at) => String.fromCharCode(97 + at).repeat(5));

test('many different words at one place are values', () => {
  expect(merged(names.flatMap((name) => [`user:${name}:cart`, `user:${name}:cart`]))).toEqual({ 'user:*:cart': 52 });
});

test('few words at one place are names, when each has keys enough', () => {
  const keys = ['cart', 'order', 'stock'].flatMap((name) => [1, 2, 3].map((id) => `shop:${name}:${id}`));
  expect(merged(keys)).toEqual({ 'shop:cart:*': 3, 'shop:order:*': 3, 'shop:stock:*': 3 });
});

test('a key on its own is told by its first word alone, or not at all', () => {
  expect(merged(['secret:project:apollo', 'launchcode'])).toEqual({ 'secret:*': 1, '*': 1 });
});
