import { expect, test } from 'vitest';
import action from '../../src/actions/stage-backup.ts';
import { GIB, lines, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { restorable } from '../support/restore-scene.ts';
import { TAKEN_AT } from '../support/scene.ts';

const STAMP = '20270115-080000';
const SUDO = `${PRIMARY}> /usr/bin/sudo -n -u redis`;

test('the backup is copied beside the data as the account of the server, checked, and a folder is made for what is there', () => {
  expect(new Date(TAKEN_AT).toISOString()).toBe('2027-01-15T08:00:00.000Z');
  const plan = mustPlan(action, restorable());
  expect(lines(plan.commands)).toEqual([
    `${SUDO} /usr/bin/install -m 0660 -T /var/backups/redis/restore.rdb /var/lib/redis/medic-${STAMP}.rdb`,
    `${SUDO} /usr/bin/redis-check-rdb /var/lib/redis/medic-${STAMP}.rdb`,
    `${SUDO} /usr/bin/mkdir -m 0750 /var/lib/redis/before-${STAMP}`,
  ]);
  expect(lines(plan.otherwise ?? [])).toEqual([`${SUDO} /usr/bin/rm -f /var/lib/redis/medic-${STAMP}.rdb`]);
  expect(plan.undo).toBe(
    `What it makes is beside the data and does nothing: /var/lib/redis/medic-${STAMP}.rdb can be removed.`,
  );
  expect(plan.risk).toBe('host');
  expect(plan.impact.join(' ')).toContain('1 GiB are copied into /var/lib/redis');
});

test('planned again later with what it filled in, it is the same', () => {
  const plan = mustPlan(action, restorable());
  const later = { ...restorable(), takenAt: TAKEN_AT + 60_000 };
  expect(mustPlan(action, later, plan.args).commands).toEqual(plan.commands);
});

test.each([
  { left: 1.2 * GIB, want: 'planned' },
  { left: 1.19 * GIB, want: 'its disk has 1.2 GiB left, and a copy of the backup beside the data needs 1.2 GiB' },
])('with $left bytes left on the disk: $want', ({ left, want }) => {
  const given = want === 'planned' ? '' : want;
  expect(refusal(action, restorable({ available: Math.ceil(left) }))).toBe(given);
});

test('a mode that is none of the usual ones becomes one that only the server and its group read', () => {
  expect(lines(mustPlan(action, restorable({ mode: 0o777 })).commands)[0]).toContain('-m 0640');
});
