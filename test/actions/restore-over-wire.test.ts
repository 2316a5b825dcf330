import { expect, test } from 'vitest';
import action from '../../src/actions/restore-over-wire.ts';
import { type KeptBackup, type KeptBackups, NO_BACKUPS } from '../../src/domain/backup.ts';
import type { Target } from '../../src/domain/target.ts';
import backups from '../../src/probes/backups.ts';
import modules from '../../src/probes/modules.ts';
import securityConfig from '../../src/probes/security-config.ts';
import { BROKEN, backupOf, kept, READ } from '../support/backup.ts';
import {
  GIB,
  group,
  lines,
  mustPlan,
  type Over,
  PRIMARY,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const BACKUP = backupOf();

interface Here {
  known?: KeptBackups;
  tls?: string;
  own?: readonly string[];
}

function knowing(sketch: ReadSketch, { known = kept(BACKUP), tls = 'no', own = [] }: Here = {}): ReadSketch {
  const loaded = own.map((name) => ({ name, version: '1', path: undefined }));
  const more = [saw(backups, known), saw(securityConfig, { tls_replication: tls }), saw(modules, loaded)];
  return { ...sketch, readings: [...sketch.readings, ...more] };
}
const alone = (over: Over = {}, here: Here = {}, target: Partial<Target> = {}) =>
  group([knowing(primary(over), here)], target);

test('what is there is copied, the file is tried, and the server follows us and is a primary again', () => {
  const plan = mustPlan(action, alone());
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> backup verify ${BACKUP.id} loaded`,
    `${PRIMARY}> backup serve ${BACKUP.id} 7379`,
    `${PRIMARY}> backup take safety-copy`,
    `${PRIMARY}> REPLICAOF 10.0.0.9 7379`,
    `${PRIMARY}> backup compare ${BACKUP.id}`,
    `${PRIMARY}> REPLICAOF NO ONE`,
    `${PRIMARY}> BGSAVE`,
    `${PRIMARY}> backup followed ${BACKUP.id}`,
  ]);
  expect(lines(plan.otherwise ?? [])).toEqual([`${PRIMARY}> backup settle`, `${PRIMARY}> REPLICAOF NO ONE`]);
  expect(plan).toMatchObject({ risk: 'destructive', undo: expect.stringContaining('safety copy') });
  expect(plan.commands.filter(({ holds }) => holds)).toHaveLength(1);
  expect(plan.impact).toEqual([
    `All 1000 keys of ${PRIMARY} are replaced by the 1000 keys of ${BACKUP.id}, 60 min old. What was written since is gone from the server; it stays in the safety copy.`,
    'None of its keys expire.',
    'Writes that come between the safety copy and the switch are lost: about as long as it takes to copy 1 GiB. Stop the writers first where that matters.',
    'Clients can read old data and write nothing (READONLY) for about 1 s, and neither read nor write (LOADING) for about 1 s after that.',
    `${BACKUP.id} is loaded into a scratch server (redis 7.0.15) right before; when that fails nothing is sent.`,
    'A snapshot of the restored data, about 64 MiB, is written and waited for.',
    'The server connects to 10.0.0.9:7379 for it.',
  ]);
});

test('planned again with its own arguments it sends the same, also when a newer backup has come', () => {
  const plan = mustPlan(action, alone());
  const later = alone(
    {},
    { known: kept(BACKUP, backupOf({ id: 'bak_20270115-090000-zzzzzz' as KeptBackup['id'] }, 0)) },
  );
  expect(mustPlan(action, later, plan.args).commands).toEqual(plan.commands);
});

test('with AOF its rewrite is waited for', () => {
  const plan = mustPlan(action, alone({ persistenceConfig: { appendonly: 'yes', save: '' } }));
  const promote = plan.commands.find(({ argv }) => argv.includes('NO'));
  expect(promote?.until?.shows?.map(({ reading, value }) => `${reading}=${value}`)).toEqual([
    'replication.role=master',
    'persistence.aof_enabled=1',
    'persistence.aof_rewrite_scheduled=0',
    'persistence.aof_rewrite_in_progress=0',
    'persistence.aof_last_bgrewrite_status=ok',
  ]);
  expect(lines(plan.commands)).not.toContain(`${PRIMARY}> BGSAVE`);
  expect(plan.impact.join(' ')).toContain('The append-only file is written anew');
});

test('a server without keys needs no safety copy, and one that persists nothing is told so', () => {
  const plan = mustPlan(action, alone({ keyspace: { keys: 0 }, persistenceConfig: { save: '' } }));
  expect(lines(plan.commands).join()).not.toContain('safety-copy');
  expect(plan.impact.join(' ')).toContain('gone at a restart');
});

test('keys that have expired since, a slow line and a missing server program are told', () => {
  const old = backupOf({
    databases: [{ database: 0, keys: 1000, expiring: 400 }],
    verification: { ...READ, expired: 30 },
    scratch: { none: 'no server is installed here' },
  });
  const { impact } = mustPlan(action, alone({}, { known: { ...kept(old), bytesPerSecond: 1024 * 1024 } }), {
    backup: old.id,
  });
  expect(impact[1]).toContain('400 of its keys have an expiry, 30 of which was past');
  expect(impact[3]).toContain('(READONLY) for about 64 s');
  expect(impact[4]).toContain('cannot be loaded into a server here first (no server is installed here)');
});

test('without an address in medic.yml it is where the server sees us come from', () => {
  const known = { ...kept(BACKUP), serve: { port: 7000 } };
  const clients = [{ name: 'redis-medic', addr: '10.0.0.77:51000', flags: 'N' }] as never;
  expect(lines(mustPlan(action, alone({ clients }, { known })).commands)).toContain(
    `${PRIMARY}> REPLICAOF 10.0.0.77 7000`,
  );
  expect(refusal(action, alone({}, { known }))).toContain('set backups.serve.announce');
});

const CLUSTER = { identity: { mode: 'cluster' as const } };
const SENTINEL = [{ name: 'sentinel-0a1b-cmd', addr: '10.0.0.5:1', flags: 'N' }] as never;

test.each<[string, Parameters<typeof alone>, unknown, string]>([
  ['no place is set up', [{}, { known: NO_BACKUPS }], {}, 'add the key backups'],
  ['there is no backup', [{}, { known: kept() }], {}, 'there is no backup of prod'],
  [
    'none was loaded by a server, and none is named',
    [{}, { known: kept(backupOf({ verification: READ })) }],
    {},
    'name the one that you mean',
  ],
  [
    'the named one is broken',
    [{}, { known: kept(backupOf({ verification: BROKEN })) }],
    { backup: BACKUP.id },
    'is broken',
  ],
  ['it holds no keys', [{}, { known: kept(backupOf({ databases: [] })) }], {}, 'would only delete'],
  [
    'not all of it can be read and no server can try it',
    [{}, { known: kept(backupOf({ verification: { ...READ, verdict: 'unknown' }, scratch: { none: 'none' } })) }],
    { backup: BACKUP.id },
    'no server can try it',
  ],
  [
    'it is of a newer server',
    [{}, { known: kept(backupOf({ engineVersion: '8.8.0', rdbVersion: 14 })) }],
    {},
    'needs a newer server',
  ],
  [
    'it is of Valkey 9',
    [{}, { known: kept(backupOf({ engine: 'valkey', engineVersion: '9.1.2', magic: 'VALKEY', rdbVersion: 80 })) }],
    {},
    'only Valkey 9',
  ],
  ['a module is not loaded', [{}, { known: kept(backupOf({ modules: ['ReJSON'] })) }], {}, 'the module ReJSON'],
  ['it is a cluster node', [CLUSTER], {}, '(playbook restore-keys), which leaves out those of slots'],
  ['a Sentinel watches', [{ clients: SENTINEL }], {}, '(playbook restore-keys), which no Sentinel minds'],
  ['it is loading', [{ identity: { loading: true } }], {}, 'is loading'],
  ['it forks', [{ persistence: { rdb_bgsave_in_progress: 1 } }], {}, 'is writing a snapshot'],
  ['maxmemory is too small', [{ memory: { maxmemory: 100 * 1024 * 1024 } }], {}, 'keys would be evicted'],
  ['the machine is too small', [{}, {}, { memoryLimitBytes: 100 * 1024 * 1024 }], {}, 'may use 100 MiB'],
  [
    'there is no room for both',
    [{ replicationConfig: { repl_diskless_load: 'swapdb' } }, {}, { memoryLimitBytes: GIB }],
    {},
    'the old data stays until the new is loaded',
  ],
  ['clients could write into it', [{ replicationConfig: { replica_read_only: 'no' } }], {}, 'replica-read-only of'],
  [
    'a broken transfer would leave it empty',
    [{ replicationConfig: { repl_diskless_load: 'flush-before-load' } }],
    {},
    'Set it to disabled first',
  ],
  ['it wants TLS that we do not have', [{}, { tls: 'yes' }], {}, 'backups.serve.cert'],
])('refused: %s', (_sentence, here, args, why) => {
  expect(refusal(action, alone(...here), args)).toContain(why);
});

test('a module that is loaded, and a certificate where TLS is wanted, are no obstacle', () => {
  const known = { ...kept(backupOf({ modules: ['ReJSON'] })), serveTls: true };
  expect(refusal(action, alone({}, { known, own: ['ReJSON'], tls: 'yes' }))).toBe('');
});

test('a replica is refused, and the replicas of a primary are named', () => {
  const pair = group([knowing(primary()), knowing(replica())]);
  expect(refusal(action, pair, {}, 1)).toContain('is a replica of 10.0.0.1');
  expect(mustPlan(action, pair).impact.join(' ')).toContain(
    `Its 1 replicas lose their data too and take a full copy of the restored data: ${REPLICA}.`,
  );
});
