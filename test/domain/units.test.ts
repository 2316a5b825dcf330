import { expect, test } from 'vitest';
import { bitRate, bytes, duration, milliseconds, percent } from '../../src/domain/units.ts';

test.each([
  [0, '0 us'],
  [0.033, '33 us'],
  [4.23, '4.2 ms'],
  [340.4, '340 ms'],
  [9999, '9999 ms'],
  [12_300, '12 s'],
  [180_000, '3 min'],
])('%d ms is %s', (value, shown) => {
  expect(milliseconds(value)).toBe(shown);
});

test('figures as people read them', () => {
  expect([bytes(0), bytes(1536), bytes(104_857_600), bytes(-2048)]).toEqual(['0 B', '1.5 KiB', '100 MiB', '-2 KiB']);
  expect([duration(4.56), duration(45), duration(720), duration(10_800)]).toEqual(['4.6 s', '45 s', '12 min', '3 h']);
  expect([bitRate(1.25e9), bitRate(940e6), bitRate(64_000)]).toEqual(['1.3 Gbit/s', '940 Mbit/s', '64 kbit/s']);
  expect(percent(0.934)).toBe('93 %');
});
