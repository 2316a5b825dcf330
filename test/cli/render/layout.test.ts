import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columns, wrap } from '../../../src/cli/render/layout.ts';

test.each([
  ['', 10, []],
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 8, ['one two', 'three']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['a abcdefgh', 4, ['a', 'abcd', 'efgh']],
])('%j in %i characters', (text, width, want) => {
  expect(wrap(text, width)).toEqual(want);
});

test('no line is too long and no word is lost', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]{0,80}$/), fc.integer({ min: 1, max: 30 }), (text, width) => {
      const lines = wrap(text, width);
      expect(lines.every((line) => line.length <= width)).toBe(true);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test('columns stand under each other', () => {
  expect(
    columns([
      ['a', 'bb', 'c'],
      ['aaa', 'b', 'cc'],
      ['a', 'too long to be a column'],
    ]),
  ).toEqual(['a    bb  c', 'aaa  b   cc', 'a    too long to be a column']);
});
