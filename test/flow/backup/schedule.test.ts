import { expect, test } from 'vitest';
import type { KeptBackup } from '../../../src/domain/backup.ts';
import { parseSchedule } from '../../../src/domain/backup-schedule.ts';
import { TargetName } from '../../../src/domain/ids.ts';
import { parseDuration } from '../../../src/domain/quantity.ts';
import { nextFor } from '../../../src/flow/backup/schedule.ts';
import { backupOf } from '../../support/backup.ts';

const shop = TargetName.parse('shop');
const next = (schedule: string, ...backups: KeptBackup[]) => {
  const parsed = parseSchedule(schedule, parseDuration);
  if (!parsed) throw new Error(schedule);
  return nextFor(shop, parsed, backups);
};
const takenAt = (text: string, over: Partial<KeptBackup> = {}) => backupOf({ takenAt: Date.parse(text), ...over });
const minutes = (from: string, at: number) => (at - Date.parse(from)) / 60_000;

test('without a backup it is due at once', () => {
  expect(next('every 6h')).toBe(0);
  expect(next('at 03:30')).toBe(0);
});

test('every so often: after the newest', () => {
  const newest = takenAt('2026-11-28T04:00:00Z');
  expect(minutes('2026-11-28T10:00:00Z', next('every 6h', takenAt('2026-11-27T04:00:00Z'), newest))).toBe(0);
});

test('a safety copy is no backup of the schedule', () => {
  const safety = takenAt('2026-11-28T09:00:00Z', { reason: { kind: 'safety-copy', run: 'run_1' } });
  expect(minutes('2026-11-28T10:00:00Z', next('every 6h', takenAt('2026-11-28T04:00:00Z'), safety))).toBe(0);
});

test('at a time of day: the same moment each day, within five minutes after, and another for other targets', () => {
  const first = next('at 03:30', takenAt('2026-11-27T12:00:00Z'));
  const late = minutes('2026-11-28T03:30:00Z', first);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(5);
  const second = next('at 03:30', backupOf({ takenAt: first + 3000 }));
  expect(second - first).toBe(24 * 3600_000);
  const schedule = { kind: 'daily', hour: 3, minute: 30, timeZone: 'UTC' } as const;
  const others = ['a', 'b', 'c'].map((name) =>
    nextFor(TargetName.parse(name), schedule, [takenAt('2026-11-27T12:00:00Z')]),
  );
  expect(new Set([first, ...others]).size).toBe(4);
});
