import { expect, test } from 'vitest';
import { directivesOf } from '../../src/domain/config-file.ts';

test('words in quotes are one word', () => {
  const text = `a "one two" 'three four' five\n  # b c\n\nA "say \\"hi\\""\n`;
  expect([...directivesOf(text)]).toEqual([['a', [['one two', 'three four', 'five'], ['say "hi"']]]]);
});

test('what stands before an include may be overruled by it, so it is not told', () => {
  const text = 'maxmemory 1gb\ninclude /etc/redis/local.conf\ntimeout 0\n';
  expect([...directivesOf(text)]).toEqual([['timeout', [['0']]]]);
});
