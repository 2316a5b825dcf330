import { expect, test } from 'vitest';
import type { KeptBackup } from '../../src/domain/backup.ts';
import { expendable } from '../../src/domain/retention.ts';
import { BROKEN, backupOf, READ } from '../support/backup.ts';
import { TAKEN_AT } from '../support/scene.ts';

const days = (ago: number, over: Partial<KeptBackup> = {}) => backupOf(over, ago * 24);
const ages = (backups: KeptBackup[], keep: { last?: number; days?: number }) =>
  expendable(backups, keep, TAKEN_AT).map(({ takenAt }) => Math.round((TAKEN_AT - takenAt) / 86_400_000));
const FIVE = [1, 2, 3, 4, 5].map((ago) => days(ago));

test.each([
  ['without a rule all stay', FIVE, {}, []],
  ['the last two', FIVE, { last: 2 }, [5, 4, 3]],
  ['three days', FIVE, { days: 3 }, [5, 4, 3]],
  ['whichever keeps more', FIVE, { last: 1, days: 4 }, [5, 4]],
  [
    'the newest verified one stays',
    [days(1, { verification: READ }), days(2, { verification: READ }), days(3), days(4)],
    { last: 1 },
    [4, 2],
  ],
  ['a broken one is none of the last', [days(1, { verification: BROKEN }), days(2), days(3)], { last: 1 }, [3, 1]],
  [
    'where nothing is verified the newest whole one stays',
    [days(8, { verification: READ }), days(9, { verification: READ })],
    { days: 1 },
    [9],
  ],
])('%s', (_sentence, backups, keep, want) => {
  expect(ages(backups, keep)).toEqual(want);
});

test('a safety copy stays for a week and takes nobody’s place', () => {
  const safety = (ago: number) => days(ago, { reason: { kind: 'safety-copy', run: 'run_1' }, verification: READ });
  expect(ages([safety(1), safety(8), days(2), days(3)], { last: 1 })).toEqual([8, 3]);
});

test('each shard of a cluster has backups of its own, by all names that its servers had', () => {
  const first = (ago: number, ...names: string[]) => days(ago, { names });
  const backups = [first(1, 'a:1'), first(2, 'a:2', 'a:1'), first(3, 'a:2'), first(4, 'b:1'), first(5, 'b:1')];
  expect(ages(backups, { last: 1 })).toEqual([5, 3, 2]);
});
