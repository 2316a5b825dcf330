import { describe, expect, test } from 'vitest';
import slowlog, { hasGap, isIndependentOfData, type SlowEntry, slowSince } from '../../src/probes/slowlog.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s lists commands without their arguments, newest first', (version) => {
  const entries = slowlog.read(replies(version, 'slowlog-of-config-gets'), identityOf(version));
  expect(entries).toHaveLength(20);
  expect(entries[0]).toMatchObject({ command: 'config', argumentCount: 2, clientName: 'fixture-writer' });
  expect(entries[0]?.client).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(entries[0]?.id).toBeGreaterThan(entries[19]?.id ?? 0);
  expect(JSON.stringify(entries)).not.toContain('busy-reply-threshold');
});

function entry(id: number, at: number, command = 'keys', argumentCount = 1): SlowEntry {
  return { id, at, microseconds: 20_000, command, argumentCount, client: '10.0.0.9:4000', clientName: '' };
}

test('new are entries with a new id and those that the clock puts inside the window', () => {
  const now = [entry(7, 1000), entry(6, 950), entry(5, 900)];
  expect(slowSince({ now, seconds: 0 }, 950).map(({ id }) => id)).toEqual([7, 6]);
  expect(slowSince({ now, before: [entry(5, 900)], seconds: 2 }, 2000).map(({ id }) => id)).toEqual([7, 6]);
  expect(slowSince({ now, before: [], seconds: 2 }, 2000).map(({ id }) => id)).toEqual([7, 6, 5]);
});

describe('a gap', () => {
  const log = (newest: number) => Array.from({ length: 128 }, (_, at) => entry(newest - at, 0));
  test('is there when entries came and went between the samples', () => {
    expect(hasGap({ now: log(300), before: log(171), seconds: 2 })).toBe(true);
    expect(hasGap({ now: log(300), before: log(172), seconds: 2 })).toBe(false);
  });
  test('is not there while the log is short or there is no pair', () => {
    expect(hasGap({ now: log(300).slice(0, 127), before: [entry(1, 0)], seconds: 2 })).toBe(false);
    expect(hasGap({ now: log(300), seconds: 0 })).toBe(false);
  });
});

test.each([
  ['get', 1, true],
  ['zadd', 8, true],
  ['zadd', 9, false],
  ['mget', 8, true],
  ['mget', 9, false],
  ['blpop', 2, true],
  ['info', 1, true],
  ['keys', 1, false],
  ['eval', 3, false],
  ['del', 1, false],
])('%s with %i arguments does the same work whatever the data: %s', (command, count, wanted) => {
  expect(isIndependentOfData(entry(1, 0, command, count))).toBe(wanted);
});
