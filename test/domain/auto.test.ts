import { expect, test } from 'vitest';
import { isQuiet } from '../../src/domain/auto.ts';

const BERLIN = { from: 22 * 60, to: 6 * 60, timeZone: 'Europe/Berlin' };
const at = (time: string) => Date.parse(`2026-01-15T${time}:00Z`);

test.each([
  ['20:59', false],
  ['21:00', true],
  ['23:30', true],
  ['04:59', true],
  ['05:00', false],
])('quiet hours from 22:00 to 06:00 in Berlin, an hour ahead of UTC in winter: %s UTC is %s', (time, quiet) => {
  expect(isQuiet(BERLIN, at(time))).toBe(quiet);
});

test.each([
  ['11:59', false],
  ['12:00', true],
  ['13:29', true],
  ['13:30', false],
])('quiet hours within a day: %s is %s', (time, quiet) => {
  expect(isQuiet({ from: 12 * 60, to: 13 * 60 + 30, timeZone: 'UTC' }, at(time))).toBe(quiet);
});
