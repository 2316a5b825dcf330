import { expect, test } from 'vitest';
import action from '../../src/actions/set-replica-disk-guard.ts';
import { group, lines, mustPlan, primary, REPLICA, refusal, replica } from '../support/planning.ts';

test('on the one replica, and back', () => {
  const plan = mustPlan(action, group([primary(), replica({ persistence: { rdb_last_bgsave_status: 'err' } })]), {}, 1);
  expect(lines(plan.commands)).toEqual([`${REPLICA}> CONFIG SET replica-ignore-disk-write-errors yes`]);
  expect(lines(plan.undo)).toEqual([`${REPLICA}> CONFIG SET replica-ignore-disk-write-errors no`]);
  expect(plan.impact.join(' ')).toContain('last snapshot err');
});

test.each([
  ['a primary', primary(), 'is a primary'],
  ['6.2', replica({ identity: { version: '6.2.16' } }), 'before 7.0'],
  ['one that is guarded', replica({ persistenceConfig: { replica_ignore_disk_write_errors: 'yes' } }), 'already'],
])('refuses %s', (_what, node, because) => expect(refusal(action, group([node]))).toContain(because));
