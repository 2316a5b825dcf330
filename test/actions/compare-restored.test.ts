import { expect, test } from 'vitest';
import action from '../../src/actions/compare-restored.ts';
import { backupOf, kept } from '../support/backup.ts';
import { lines, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { restorable } from '../support/restore-scene.ts';

const BACKUP = backupOf();
const COMPARED = [`${PRIMARY}> backup compare ${BACKUP.id} served`];

test('what the server serves is compared with the backup that was restored', () => {
  const plan = mustPlan(action, restorable({ store: kept(BACKUP) }), { backup: BACKUP.id });
  expect(lines(plan.commands)).toEqual(COMPARED);
  expect(plan.undo).toBe('It only looks: there is nothing to undo.');
  expect(plan.impact[0]).toContain('leaves the server as it is');
  expect(plan.risk).toBe('read');
});

test('when none is named it is the one that the steps before mean', () => {
  expect(lines(mustPlan(action, restorable({ backup: null, store: kept(BACKUP) })).commands)).toEqual(COMPARED);
  const file = mustPlan(action, restorable({ store: kept(BACKUP) }));
  expect([file.args, file.commands]).toEqual([{ backup: 'restore.rdb' }, []]);
  expect(file.impact[0]).toContain('nothing is compared');
});

test('what was restored need not be there any more', () => {
  expect(lines(mustPlan(action, restorable(), { backup: BACKUP.id }).commands)).toEqual(COMPARED);
  expect(mustPlan(action, restorable({ backup: null }), { backup: 'restore.rdb' }).commands).toEqual([]);
  expect(refusal(action, restorable({ backup: null }))).toContain('there is no');
});
