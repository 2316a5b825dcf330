import { expect, test } from 'vitest';
import { printable } from '../../src/domain/printable.ts';

test.each([
  ['plain text, ümläuts and 日本', 'plain text, ümläuts and 日本'],
  ['a\r\nb\tc', 'a b c'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['\u202egnp.exe', 'gnp.exe'],
  ['\u0000\u009b2J', '2J'],
])('%j is shown as %j', (text, want) => {
  expect(printable(text)).toBe(want);
});

test('long text is cut', () => {
  expect(printable('x'.repeat(400))).toBe(`${'x'.repeat(299)}…`);
  expect(printable('x'.repeat(300))).toBe('x'.repeat(300));
});
