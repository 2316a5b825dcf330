import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from '../../../src/io/host/quote.ts';

const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...`'"\\\`$!*?~;&|<>(){}[]#=%- \t\n\r`.split(''), 'a', 'é', '\u2028') }),
);
const words = fc.array(
  word.filter((text) => !text.includes('\0') && text.isWellFormed()),
  { minLength: 1, maxLength: 8 },
);

/** What a program gets that a shell starts with this line. */
function arrived(line: string): string[] {
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\0').slice(0, -1);
}

test('what a shell hands on is exactly what was given', () => {
  fc.assert(
    fc.property(words, (given) => {
      expect(arrived(`printf '%s\\0' ${given.map(quote).join(' ')}`)).toEqual(given);
    }),
    { numRuns: 150 },
  );
});

test('and so through a second shell, as over SSH', () => {
  fc.assert(
    fc.property(words, (given) => {
      const inner = `printf '%s\\0' ${given.map(quote).join(' ')}`;
      expect(arrived(`exec /bin/sh -c ${quote(inner)}`)).toEqual(given);
    }),
    { numRuns: 50 },
  );
});

test('a NUL ends a word for every program, so it is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL');
});
