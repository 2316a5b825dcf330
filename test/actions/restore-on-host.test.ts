import { expect, test } from 'vitest';
import action from '../../src/actions/restore-on-host.ts';
import { CHANGEABLE, LOOKED_AT } from '../support/host-scene.ts';
import { GIB, lines, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { type RestoreOver, restorable } from '../support/restore-scene.ts';

const STAMP = '20270115-080000';
const ROOT = `${PRIMARY}> /usr/bin/sudo -n`;
const OWNER = `${PRIMARY}> /usr/bin/sudo -n -u redis`;
const DATA = '/var/lib/redis';
const NAMES = `"(" -name dump.rdb -o -name appendonlydir -o -name appendonly.aof ")"`;
const STOP = `${ROOT} /usr/bin/systemctl stop redis-server.service`;
const START = `${ROOT} /usr/bin/systemctl start redis-server.service`;
const BACK = `${OWNER} /usr/bin/find ${DATA}/before-${STAMP} -mindepth 1 -maxdepth 1 -exec /usr/bin/mv -f -t ${DATA} "{}" +`;
const AOF: RestoreOver = { appendonly: 'yes', persistenceConfig: { appendonly: 'yes', save: '' } };

test('with snapshots: stopped, moved aside, put in place, started', () => {
  const plan = mustPlan(action, restorable());
  expect(lines(plan.commands)).toEqual([
    STOP,
    `${OWNER} /usr/bin/find ${DATA} -mindepth 1 -maxdepth 1 ${NAMES} -exec /usr/bin/mv -n -t ${DATA}/before-${STAMP} "{}" +`,
    `${OWNER} /usr/bin/mv -n -T ${DATA}/medic-${STAMP}.rdb ${DATA}/dump.rdb`,
    START,
  ]);
  expect(plan.commands.at(-1)?.until).toEqual({
    shows: [
      { node: PRIMARY, reading: 'persistence.loading', value: '0' },
      { node: PRIMARY, reading: 'persistence.aof_enabled', value: '0' },
    ],
    withinSeconds: 60 + 103,
  });
  expect(plan.risk).toBe('host');
});

test('with an append-only file the backup becomes its beginning', () => {
  const plan = mustPlan(action, restorable(AOF));
  expect(lines(plan.commands)[2]).toBe(`${OWNER} /usr/bin/mv -n -T ${DATA}/medic-${STAMP}.rdb ${DATA}/appendonly.aof`);
  expect(plan.commands.at(-1)?.until?.shows?.[1]).toMatchObject({ value: '1' });
  expect(plan.impact.join(' ')).toContain('at no moment does it run without one');
});

test('the way back, wherever it stops, touches only what was moved aside; the undo keeps what came', () => {
  const plan = mustPlan(action, restorable());
  expect(lines(plan.otherwise ?? [])).toEqual([
    STOP,
    `${OWNER} /usr/bin/find ${DATA}/before-${STAMP} -mindepth 1 -maxdepth 1 -name appendonlydir -exec /usr/bin/mv -T ${DATA}/appendonlydir ${DATA}/restored-${STAMP} ";"`,
    `${OWNER} /usr/bin/find ${DATA}/before-${STAMP} -mindepth 1 -maxdepth 1 -name appendonlydir -exec /usr/bin/rm -f ${DATA}/appendonly.aof ";"`,
    BACK,
    START,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${OWNER} /usr/bin/mkdir -m 0750 ${DATA}/restored-${STAMP}`,
    STOP,
    `${OWNER} /usr/bin/find ${DATA} -mindepth 1 -maxdepth 1 ${NAMES} -exec /usr/bin/mv -n -t ${DATA}/restored-${STAMP} "{}" +`,
    BACK,
    START,
  ]);
});

test('what people will notice', () => {
  const told = mustPlan(action, restorable({ keyspace: { keys: 12 } })).impact.join('\n');
  expect(told).toContain(
    `${PRIMARY} is down from the stop of redis-server.service (it saves, about 10 s) until the backup of 1 GiB is loaded, about 10 s`,
  );
  expect(told).toContain(`12 keys in 1 GiB, is moved to ${DATA}/before-${STAMP}`);
  expect(told).toContain('last written 2026-11-27T');
});

test.each<[string, RestoreOver, RegExp]>([
  ['Kubernetes', { container: 'kubernetes' }, /runs in Kubernetes.*scale its workload to 0.*over the wire/],
  ['a container', { container: 'container' }, /runs in a container: stop that with what runs it/],
  ['no unit', { unit: null }, /no systemd unit/],
  ['no login', { target: { host: LOOKED_AT } }, /names no login that may change/],
  [
    'no folder of backups',
    { target: { host: { ...CHANGEABLE, remediate: { user: 'u', key: 'k' } } as typeof CHANGEABLE } },
    /names no folder for backups/,
  ],
  ['no backup', { backup: null }, /there is no \/var\/backups\/redis\/restore.rdb on the machine/],
  ['an empty backup', { backup: { bytes: 0, modifiedAt: 1 } }, /there is no \/var/],
  [
    'a file that says no, and a server that says yes',
    { persistenceConfig: { appendonly: 'yes' } },
    /runs with appendonly yes, and its configuration file says no/,
  ],
  [
    'a file that says yes, and a server that says no',
    { appendonly: 'yes' },
    /runs with appendonly no, and its configuration file says yes/,
  ],
  ['a file that cannot be read', { appendonly: null }, /configuration file of .* cannot be read/],
  ['nothing that is saved at a stop', { persistenceConfig: { save: '' } }, /would be gone when it is stopped/],
  ['snapshots that fail', { persistence: { rdb_last_bgsave_status: 'err' } }, /the last snapshot of .* failed/],
  [
    'too little time to save',
    { unit: { stopTimeout: 14 } },
    /kills .* 14 s after a stop, before it has saved \(about 10 s\)/,
  ],
  [
    'a folder of the system',
    { files: { dir: '/etc/redis' } },
    /the data of .* is "\/etc\/redis", which is not passed on/,
  ],
  ['a name that is a pattern', { files: { dbfilename: 'dump*.rdb' } }, /snapshot of .* is "dump\*.rdb"/],
  ['an owner that is none', { owner: 'UNKNOWN' }, /the owner of .* is "UNKNOWN"/],
  ['another program', { checker: '/tmp/sh' }, /the checker of .* is "\/tmp\/sh"/],
  ['a replica', { identity: { role: 'replica' } }, /is a replica, and its primary would overwrite/],
  ['a cluster', { identity: { mode: 'cluster' } }, /is a cluster node.*playbook restore-keys/],
  [
    'Sentinel',
    { target: { host: CHANGEABLE, kind: 'sentinel' } },
    /Sentinel watches .*would promote a replica with the old data/,
  ],
  ['a server that loads', { identity: { loading: true } }, /is loading its data/],
])('%s is refused', (_what, over, reason) => {
  expect(refusal(action, restorable(over))).toMatch(reason);
});

test.each<[string, RestoreOver]>([
  ['no save points beside an append-only file', AOF],
  ['time enough to save', { unit: { stopTimeout: 15 } }],
  ['little time to stop, but nothing to save', { ...AOF, unit: { stopTimeout: 1 } }],
  ['a full disk, as the copy is made by then', { available: GIB / 2 }],
])('%s is no reason', (_what, over) => {
  expect(refusal(action, restorable(over))).toBe('');
});
