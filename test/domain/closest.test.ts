import { expect, test } from 'vitest';
import { closest } from '../../src/domain/closest.ts';

const WORDS = ['diagnose', 'status', 'targets', 'runs', 'pause', 'resume', 'help'];

test.each([
  ['diagnos', 'diagnose'],
  ['daignose', 'diagnose'],
  ['DIAGNOSE', 'diagnose'],
  ['diag', 'diagnose'],
  ['run', 'runs'],
  ['puase', 'pause'],
  ['hepl', 'help'],
  ['restart', undefined],
  ['x', undefined],
  ['', undefined],
])('%s was meant as %s', (word, want) => {
  expect(closest(word, WORDS)).toBe(want);
});

test('without known words nothing was meant', () => {
  expect(closest('diagnose', [])).toBeUndefined();
});
