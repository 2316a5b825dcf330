import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from '../../src/domain/words.ts';

test.each([
  ['a b  c', ['a', 'b', 'c']],
  ['"two words" b', ['two words', 'b']],
  [String.raw`"a\"b" "c\\d" "e\nf"`, ['a"b', 'c\\d', 'e\nf']],
  ['', []],
  ["it's", ["it's"]],
  ['"open', undefined],
  ['"a"b', undefined],
])('%s', (text, words) => expect(splitWords(text)).toEqual(words));

test('what is quoted comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      const text = words.map((word) => `"${word.replace(/["\\]/g, (sign) => `\\${sign}`)}"`).join(' ');
      expect(splitWords(text)).toEqual(words);
    }),
  );
});
