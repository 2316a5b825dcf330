import { expect, test } from 'vitest';
import { dueAfter, parseSchedule } from '../../src/domain/backup-schedule.ts';
import { parseDuration } from '../../src/domain/quantity.ts';

const parse = (text: string) => parseSchedule(text, parseDuration);

test.each([
  ['every 6h', { kind: 'every', seconds: 21_600 }],
  ['every 30s', undefined],
  ['every 32d', undefined],
  ['every day', undefined],
  ['at 03:30', { kind: 'daily', hour: 3, minute: 30, timeZone: 'UTC' }],
  ['at 03:30 Europe/Berlin', { kind: 'daily', hour: 3, minute: 30, timeZone: 'Europe/Berlin' }],
  ['at 24:00', undefined],
  ['at 3:30', undefined],
  ['at 03:30 Middle/Earth', undefined],
  ['sometimes', undefined],
])('"%s"', (text, want) => {
  expect(parse(text)).toEqual(want);
});

test.each([
  ['every 6h', '2026-11-28T04:00:00Z', '2026-11-28T10:00:00.000Z'],
  ['at 03:30', '2026-11-28T04:00:00Z', '2026-11-29T03:30:00.000Z'],
  ['at 03:30', '2026-11-28T03:29:59Z', '2026-11-28T03:30:00.000Z'],
  ['at 03:30', '2026-11-28T03:30:20Z', '2026-11-29T03:30:00.000Z'],
  ['at 03:30 Europe/Berlin', '2026-11-28T04:00:00Z', '2026-11-29T02:30:00.000Z'],
  ['at 03:30 Asia/Kolkata', '2026-11-28T04:00:00Z', '2026-11-28T22:00:00.000Z'],
  // The clock is put back from 03:00 to 02:00 on 25 October 2026, and forward from 02:00 to 03:00 on 28 March 2027.
  ['at 03:30 Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T02:30:00.000Z'],
  ['at 02:30 Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-28T01:30:00.000Z'],
  ['at 04:00 Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-28T02:00:00.000Z'],
])('%s, after one at %s: %s', (text, after, want) => {
  const schedule = parse(text);
  expect(schedule && new Date(dueAfter(schedule, Date.parse(after))).toISOString()).toBe(want);
});
