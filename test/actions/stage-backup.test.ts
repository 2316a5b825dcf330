import { expect, test } from 'vitest';
import action from '../../src/actions/stage-backup.ts';
import type { HostAccess } from '../../src/domain/target.ts';
import { backupOf, kept, READ } from '../support/backup.ts';
import { CHANGEABLE } from '../support/host-scene.ts';
import { GIB, lines, MIB, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { type RestoreOver, restorable } from '../support/restore-scene.ts';
import { TAKEN_AT } from '../support/scene.ts';

const { backups: _none, ...login } = (CHANGEABLE as Extract<HostAccess, { kind: 'ssh' }>).remediate ?? {
  user: '',
  key: '',
};
const NO_FOLDER = { ...CHANGEABLE, remediate: login } as HostAccess;
const STAMP = '20270115-080000';
const SUDO = `${PRIMARY}> /usr/bin/sudo -n -u redis`;

const PART = '/var/lib/redis/medic-incoming.part';
const STAGED = `/var/lib/redis/medic-${STAMP}.rdb`;
const DISCARD = `${SUDO} /usr/bin/rm -f ${PART} ${STAGED}`;
const AFTERWARDS = [
  `${SUDO} /usr/bin/mv -f -T ${PART} ${STAGED}`,
  `${SUDO} /usr/bin/redis-check-rdb ${STAGED}`,
  `${SUDO} /usr/bin/mkdir -m 0750 /var/lib/redis/before-${STAMP}`,
];
const BACKUP = backupOf();

test('the file that a person put there is copied beside the data as the account of the server, checked, and a folder is made for what is there', () => {
  expect(new Date(TAKEN_AT).toISOString()).toBe('2027-01-15T08:00:00.000Z');
  const plan = mustPlan(action, restorable());
  expect(lines(plan.commands)).toEqual([
    DISCARD,
    `${SUDO} /usr/bin/install -m 0660 -T /var/backups/redis/restore.rdb ${PART}`,
    ...AFTERWARDS,
  ]);
  expect(lines(plan.otherwise ?? [])).toEqual([DISCARD]);
  expect(lines(plan.undo)).toEqual([DISCARD, `${SUDO} /usr/bin/rmdir /var/lib/redis/before-${STAMP}`]);
  expect(plan.risk).toBe('host');
  expect(plan.impact.join(' ')).toContain('restore.rdb, 1 GiB, is copied into /var/lib/redis');
});

test('a backup that is kept is tried and sent there', () => {
  const plan = mustPlan(action, restorable({ store: kept(BACKUP) }), { backup: BACKUP.id });
  expect(lines(plan.commands)).toEqual([
    DISCARD,
    `${PRIMARY}> backup verify ${BACKUP.id} loaded`,
    `${PRIMARY}> backup send ${BACKUP.id} /var/lib/redis redis 0660`,
    ...AFTERWARDS,
  ]);
  expect(plan.commands.map(({ via }) => via)).toEqual(['host', 'medic', 'medic', 'host', 'host', 'host']);
  expect(plan.impact[0]).toContain(
    `${BACKUP.id}, 64 MiB, is read in the folder /backups, loaded into a scratch server (redis 7.0.15) and sent to its machine over SSH, about 1 s at 100 MB/s`,
  );
  const slow = { ...kept({ ...BACKUP, scratch: { none: 'no program' } }), bytesPerSecond: MIB };
  const slowly = mustPlan(action, restorable({ store: slow }), { backup: BACKUP.id });
  expect(slowly.commands[1]?.argv).toEqual(['backup', 'verify', BACKUP.id]);
  expect(slowly.impact[0]).toMatch(/cannot be loaded into a server here first \(no program\).*about 64 s at 1 MiB\/s/);
});

test.each<[string, RestoreOver, string]>([
  ['the file of a person', { store: kept(BACKUP) }, 'restore.rdb'],
  ['the newest verified one where there is no such file', { backup: null, store: kept(BACKUP) }, BACKUP.id],
  ['also where nobody can put one', { store: kept(BACKUP), target: { host: NO_FOLDER } }, BACKUP.id],
])('when none is named it is %s', (_what, over, want) => {
  const plan = mustPlan(action, restorable(over));
  expect(plan.args).toMatchObject({ backup: want, stamp: STAMP });
});

test.each<[string, RestoreOver, string | undefined, RegExp]>([
  [
    'no file and no store',
    { backup: null },
    undefined,
    /put the backup there.*Nor from where backups are kept: no place/,
  ],
  [
    'a file that is not there',
    { backup: null, store: kept(BACKUP) },
    'restore.rdb',
    /there is no .*restore.rdb on the/,
  ],
  ['a backup that is not there', {}, BACKUP.id, /no place for backups is set up/],
  ['of another server', { store: kept() }, BACKUP.id, /there is no backup bak_/],
  [
    'of which nothing is proven',
    { backup: null, store: kept(backupOf({ verification: READ })) },
    undefined,
    /name the one/,
  ],
  [
    'of a newer version',
    { store: kept(backupOf({ engineVersion: '8.8.0', rdbVersion: 14 })) },
    BACKUP.id,
    /reads no more than version 10/,
  ],
  [
    'with more databases than the server has',
    {
      store: kept(backupOf({ databases: [{ database: 16, keys: 1, expiring: 0 }] })),
      persistenceConfig: { databases: 16 },
    },
    BACKUP.id,
    /keys of database 16, and .* has 16 databases/,
  ],
  ['with data of a module', { store: kept(backupOf({ modules: ['ReJSON'] })) }, BACKUP.id, /the module ReJSON/],
  [
    'too large for its memory',
    { store: kept(backupOf({ usedMemory: 3 * GIB })) },
    BACKUP.id,
    /maxmemory of .* is 2 GiB/,
  ],
])('%s is refused', (_what, over, backup, reason) => {
  expect(refusal(action, restorable(over), backup === undefined ? {} : { backup })).toMatch(reason);
});

test.each<[RestoreOver['modules'], string]>([
  [['rejson'], ''],
  [[], 'the module ReJSON'],
])('with the modules %s', (modules, reason) => {
  const store = kept(backupOf({ modules: ['ReJSON'] }));
  const told = refusal(action, restorable({ store, modules: modules ?? [] }), { backup: BACKUP.id });
  expect(told.includes(reason) && (reason !== '' || told === '')).toBe(true);
});

test('a server that was started anew since is planned for anew', () => {
  const { args } = mustPlan(action, restorable());
  expect(refusal(action, restorable({ server: { run_id: 'another' } }), args)).toContain('was started anew');
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
  expect(lines(mustPlan(action, restorable({ mode: 0o777 })).commands)[1]).toContain('-m 0640');
});
