import { expect, test } from 'vitest';
import { PROBLEM_CODES } from '../../src/domain/problem.ts';
import { filesUnder, textOf } from './source-tree.ts';

const CODE = filesUnder('src')
  .filter((file) => file !== 'src/domain/problem.ts')
  .map(textOf)
  .join('\n');
const THROWN = new Set([...CODE.matchAll(/\bproblem\(\s*'([a-z-]+)'/g)].map(([, code]) => code ?? ''));

test('every problem code is used', () => {
  expect(PROBLEM_CODES.filter((code) => !THROWN.has(code))).toEqual([]);
});

test('every problem that is thrown has its message', () => {
  const known = new Set<string>(PROBLEM_CODES);
  expect([...THROWN].filter((code) => !known.has(code))).toEqual([]);
});
