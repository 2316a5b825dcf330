import { expect, test } from 'vitest';
import { chosen, countOf, fieldsOf, kilobytes, processStat, wholeNumber } from '../../src/domain/proc-text.ts';

test('names and values, with a colon or without', () => {
  const fields = fieldsOf('VmSwap:\t    12 kB\npswpin 34\n\nTHP_enabled:\t0\nnone\n');
  expect(Object.fromEntries(fields)).toEqual({ VmSwap: '12 kB', pswpin: '34', THP_enabled: '0' });
});

test.each([
  ['34\n', 34],
  ['-1\n', -1],
  ['max\n', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is the number %s', (text, want) => expect(wholeNumber(text)).toBe(want));

test.each([
  ['12 kB', 12 * 1024],
  ['0 kB', 0],
  ['12', undefined],
  [undefined, undefined],
])('%j is %s bytes', (text, want) => expect(kilobytes(text)).toBe(want));

test.each([
  ['always [madvise] never\n', 'madvise'],
  ['always defer defer+madvise [never]\n', 'never'],
  ['never\n', undefined],
  [undefined, undefined],
])('in %j %s is chosen', (text, want) => expect(chosen(text)).toBe(want));

test.each([
  ['0\n', 1],
  ['0-3\n', 4],
  ['0-3,8,10-11\n', 7],
  ['\n', undefined],
  [undefined, undefined],
])('%j counts %s', (text, want) => expect(countOf(text)).toBe(want));

test('the name of a process may hold spaces and brackets', () => {
  const rest = Array.from({ length: 30 }, (_, at) => (at === 18 ? 12_345 : 0)).join(' ');
  expect(processStat(`7 (redis (a) b) S ${rest}`)).toEqual({ name: 'redis (a) b', startedAt: 123.45 });
  expect(processStat('')).toBeUndefined();
  expect(processStat('7 (redis')).toBeUndefined();
});
