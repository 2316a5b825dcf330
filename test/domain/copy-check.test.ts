import { describe, expect, test } from 'vitest';
import { type HistoryFacts, isCopyOf, needsFullCopy, wouldWipe } from '../../src/domain/copy-check.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { group, primary, replica } from '../support/planning.ts';

const theirs: HistoryFacts = {
  master_replid: 'new',
  master_replid2: 'old',
  master_repl_offset: 1000,
  repl_backlog_active: 1,
  repl_backlog_first_byte_offset: 501,
  repl_backlog_histlen: 500,
  repl_backlog_size: 500,
  slave_repl_offset: undefined,
};
const at = (offset: number, replid = 'new'): HistoryFacts => ({
  ...theirs,
  master_replid: replid,
  slave_repl_offset: offset,
});

describe('a replica holds only a copy', () => {
  test.each([
    ['of the same history', at(1000), true],
    ['of the history before the failover', at(900, 'old'), true],
    ['not of another history', at(900, 'other'), false],
    ['not when it is ahead', at(1001), false],
    ['not when its history is unknown', { ...at(1), master_replid: undefined }, false],
  ])('%s', (_what, own, want) => expect(isCopyOf(theirs, own)).toBe(want));
});

describe('a full copy is needed', () => {
  test.each([
    ['never in sync', at(1000), 'catches up'],
    ['at four fifths of the backlog', at(600), 'catches up'],
    ['beyond', at(599), '401 bytes behind'],
    ['of another history', at(1000, 'other'), 'not that of the primary'],
  ])('%s', (_what, own, want) => {
    expect(needsFullCopy(theirs, own) ?? 'catches up').toContain(want);
  });

  test('without a backlog', () =>
    expect(needsFullCopy({ ...theirs, repl_backlog_active: 0 }, at(1000))).toContain('no backlog'));

  test('when the first byte it lacks is gone', () =>
    expect(needsFullCopy({ ...theirs, repl_backlog_first_byte_offset: 902 }, at(900))).toContain('100 bytes behind'));
});

test.each([
  [50, 100, false],
  [49, 100, true],
  [0, 1, true],
  [0, 0, false],
])('a primary of %i keys over a replica of %i wipes it: %s', (ours, keys, wipes) => {
  const [one, other] = readNodes(group([primary(), replica()]));
  if (!one || !other) throw new Error('no nodes');
  expect(wouldWipe(one, ours, other, keys) !== undefined).toBe(wipes);
});
