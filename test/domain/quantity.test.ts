import { expect, test } from 'vitest';
import { parseBitRate, parseDuration, parseSize } from '../../src/domain/quantity.ts';

test.each([
  ['500ms', 500],
  ['2s', 2000],
  ['10m', 600_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
  ['2 s', 2000],
  ['2', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['2 weeks', undefined],
  ['1e3s', undefined],
])('%s is %s ms', (text, want) => {
  expect(parseDuration(text)).toBe(want);
});

test.each([
  ['2gb', 2 * 1024 ** 3],
  ['2GiB', 2 * 1024 ** 3],
  ['1.5mb', 1.5 * 1024 ** 2],
  ['100k', 100_000],
  ['4096', 4096],
  ['12 B', 12],
  ['ib', undefined],
  ['1ib', undefined],
  ['2 gigs', undefined],
  ['-5mb', undefined],
])('%s is %s bytes', (text, want) => {
  expect(parseSize(text)).toBe(want);
});

test.each([
  ['10gbit', 10e9],
  ['500 Mbit', 500e6],
  ['2.5gbit', 2.5e9],
  ['10gb', undefined],
  ['1000', undefined],
  ['gbit', undefined],
])('%s is %s bits a second', (text, want) => {
  expect(parseBitRate(text)).toBe(want);
});
