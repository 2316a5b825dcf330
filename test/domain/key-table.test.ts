import { expect, test } from 'vitest';
import { doubled, nextTables } from '../../src/domain/key-table.ts';
import { identityOf } from '../support/captured.ts';

const classic = identityOf('redis-7.0.15');

test.each([
  [1024, 1025, 16 * 1024],
  [1000, 1024, 0],
  [10, 5000, 64 * 1024],
  [5000, 10, 0],
])('from %d to %d keys a table of %d bytes is set up', (then, now, want) => {
  expect(doubled(then, now)).toBe(want);
});

test.each([
  [921, 0, 0],
  [922, 0, 16 * 1024],
  [1024, 1000, 32 * 1024],
])('%d keys, %d with an expiry: the next need %d bytes at once', (keys, expires, want) => {
  expect(nextTables([{ keys, expires }], classic)).toBe(want);
});

test.each([
  [{ ...identityOf('redis-7.4.1'), mode: 'cluster' as const }, 0],
  [identityOf('redis-7.4.1'), 16 * 1024],
  [identityOf('valkey-8.1.1'), 0],
  [{ ...classic, mode: 'cluster' as const }, 16 * 1024],
])('not every server grows in steps: %#', (server, want) => {
  expect(nextTables([{ keys: 1000, expires: 0 }], server)).toBe(want);
});
