import { expect, test } from 'vitest';
import { Gentle } from '../../../../src/flow/backup/keys/gentle.ts';

test('a server that answers quickly gets more at once, up to a bound, and always as much time to itself', () => {
  const gentle = new Gentle();
  for (let round = 0; round < 50; round += 1) expect(gentle.after(1000, 2)).toBe(2);
  expect([gentle.keys, gentle.bytes]).toEqual([250, 1024 * 1024]);
});

test('one that is slow gets less at once, and four times as long to itself', () => {
  const gentle = new Gentle();
  expect(gentle.after(1000, 300)).toBe(1200);
  expect(gentle.keys).toBe(16);
  for (let round = 0; round < 50; round += 1) gentle.after(1000, 300);
  expect([gentle.keys, gentle.bytes]).toEqual([8, 64 * 1024]);
  expect(gentle.after(1000, 20)).toBe(20);
  expect(gentle.keys).toBe(8);
});

test('a limit of bytes a second is kept', () => {
  const gentle = new Gentle(1_000_000);
  expect(gentle.after(500_000, 10)).toBe(490);
  expect(gentle.after(1000, 10)).toBe(10);
});
