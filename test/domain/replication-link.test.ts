import { expect, test } from 'vitest';
import { refusals, writeRate } from '../../src/domain/replication-link.ts';

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

test('only refusals that grew are evidence, the first ones included', () => {
  const counts = (entries: Record<string, number>) => ({ counts: new Map(Object.entries(entries)) });
  const reading = { now: counts({ NOAUTH: 2, WRONGPASS: 5, ERR: 9 }), before: counts({ WRONGPASS: 5 }), seconds: 2 };
  expect(refusals(reading).map(({ field, value }) => `${field} ${value}`)).toEqual([
    'errorstat_NOAUTH of the primary +2',
  ]);
  expect(refusals(undefined)).toEqual([]);
});
