import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clamp, clampMarkup, markup, mrkdwn, person, plain, visible, when } from '../../../src/slack/blocks/text.ts';
import { hostile } from '../threads.ts';

test.each([
  ['a & b', 'a &amp; b'],
  ['<!channel>', '&lt;!channel&gt;'],
  ['<@U12345678>', '&lt;@\u2060U12345678&gt;'],
  ['@here now', '@\u2060here now'],
  ['*bold* `code`', '\u2217bold\u2217 \u02CBcode\u02CB'],
  ['two\nlines', 'two lines'],
  ['a\u202Eb', 'a\\u{202e}b'],
  [42, '42'],
])('%j put into markup is shown as words', (given, expected) => {
  expect(markup`*${given}*`.markup).toBe(`*${expected}*`);
});

test('markup put into markup stays markup', () => {
  expect(markup`by ${person('U024BE7LH')}`.markup).toBe('by <@U024BE7LH>');
  expect(markup`by ${person('redis-medic <x>')}`.markup).toBe('by redis-medic &lt;x&gt;');
  expect(when(1_700_000_000_000, '{ago}').markup).toBe('<!date^1700000000^{ago}|2023-11-14 22:13 UTC>');
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  ['abcd🔥g', 6, 'abcd…'],
])('%s in %i is %s', (text, max, expected) => expect(clamp(text, max)).toBe(expected));

test.each([
  ['ab&amp;cd', 6, 'ab…'],
  ['ab&amp;cd', 8, 'ab&amp;…'],
  ['ab <@U024BE7LH> cd', 10, 'ab …'],
  ['ab <@U024BE7LH> cd', 17, 'ab <@U024BE7LH> …'],
])('markup %s in %i is %s', (text, max, expected) => expect(clampMarkup(text, max)).toBe(expected));

test('whatever is put in, the result is whole, within its limit and never empty', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 2, max: 200 }), (text, max) => {
      for (const shown of [mrkdwn(markup`${text}`, max).text, plain(text, max).text]) {
        expect(shown.length).toBeGreaterThan(0);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown.isWellFormed()).toBe(true);
        expect(visible(shown)).toBe(shown.replaceAll('\u2060', '\\u{2060}'));
      }
    }),
  );
});
