import { expect, test } from 'vitest';
import { peakWriteRate, refusals, tookWrites, writeRate } from '../../src/domain/replication-link.ts';

const sample = (master_repl_offset: number, repl_backlog_active = 1) => ({ master_repl_offset, repl_backlog_active });

test.each([
  ['bytes per second', sample(3000), sample(1000), 1000],
  ['no pair', sample(3000), undefined, undefined],
  ['no backlog now', sample(3000, 0), sample(1000), undefined],
  ['no backlog before', sample(3000), sample(1000, 0), undefined],
  ['an offset that fell: another stream', sample(10), sample(1000), undefined],
])('the write rate: %s', (_sentence, now, before, want) => {
  expect(writeRate(before ? { now, before, seconds: 2 } : { now, seconds: 0 })).toBe(want);
});

/** Points a minute apart; figures are bytes per second in between. */
function history(...rates: readonly number[]) {
  let offset = 0;
  return [0, ...rates].map((rate, minute) => {
    offset += rate * 60;
    return { at: minute * 60_000, runId: 'r', role: 'primary' as const, values: { master_repl_offset: offset } };
  });
}

test.each([
  ['nobody watched: the rate of now', [], 1000],
  ['too little was seen', Array.from({ length: 9 }, () => 5000), 1000],
  ['the highest that was seen, but for the top twentieth', [...Array.from({ length: 19 }, () => 5000), 90_000], 5000],
  ['now is higher', Array.from({ length: 20 }, () => 10), 1000],
])('the rate to size for: %s', (_sentence, seen, want) => {
  expect(peakWriteRate({ now: sample(3000), before: sample(1000), seconds: 2 }, history(...seen))).toBe(want);
});

test('what was seen stands in where this pair has no rate', () => {
  const seen = history(...Array.from({ length: 20 }, () => 5000));
  expect(peakWriteRate({ now: sample(3000), seconds: 0 }, seen)).toBe(5000);
  expect(peakWriteRate({ now: sample(3000), seconds: 0 }, [])).toBeUndefined();
});

const disk = (rdb_changes_since_last_save: number) => ({ rdb_changes_since_last_save });

test.each([
  ['a change', 1000, disk(6), disk(5), true],
  ['none, though PINGs went out', 1028, disk(5), disk(5), false],
  ['a save in between, and a stream that grew', 1041, disk(0), disk(5), true],
  ['a save in between, and PINGs', 1040, disk(0), disk(5), false],
])('writes were taken: %s', (_sentence, offset, now, before, want) => {
  const link = { now: sample(offset), before: sample(1000), seconds: 2 };
  expect(tookWrites(link, { now, before, seconds: 2 })).toBe(want);
  expect(tookWrites({ now: sample(offset), seconds: 0 }, { now, seconds: 0 })).toBeUndefined();
});

test('only refusals that grew are evidence, the first ones included', () => {
  const counts = (entries: Record<string, number>) => ({ counts: new Map(Object.entries(entries)) });
  const reading = { now: counts({ NOAUTH: 2, WRONGPASS: 5, ERR: 9 }), before: counts({ WRONGPASS: 5 }), seconds: 2 };
  expect(refusals(reading).map(({ field, value }) => `${field} ${value}`)).toEqual([
    'errorstat_NOAUTH of the primary +2',
  ]);
  expect(refusals(undefined)).toEqual([]);
});
