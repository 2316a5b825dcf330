import { expect, test } from 'vitest';
import action from '../../src/actions/restore-keys.ts';
import { type KeptBackup, type KeptBackups, NO_BACKUPS } from '../../src/domain/backup.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import backups from '../../src/probes/backups.ts';
import clusterInfo from '../../src/probes/cluster-info.ts';
import keyspace from '../../src/probes/keyspace.ts';
import memory from '../../src/probes/memory.ts';
import persistence from '../../src/probes/persistence.ts';
import { BROKEN, backupOf, kept, READ } from '../support/backup.ts';
import { clusterScene, type Member } from '../support/cluster-scene.ts';
import {
  GIB,
  group,
  lines,
  MIB,
  mustPlan,
  type Over,
  PRIMARY,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const BACKUP = backupOf();
const none = saw(clusterInfo, {});

function alone(over: Over = {}, known: KeptBackups = kept(BACKUP)): Snapshot {
  const sketch = primary(over);
  return group([{ ...sketch, readings: [...sketch.readings, saw(backups, known), none] }]);
}

const CEILING = Math.floor(16 * GIB * 0.9);
const LARGEST = 512 * MIB - 128 * 1024;

test('what is missing is put back after the file was tried, and what is there is kept', () => {
  const plan = mustPlan(action, alone());
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> backup verify ${BACKUP.id} loaded`,
    `${PRIMARY}> backup restore-keys ${BACKUP.id} keep ${CEILING} ${LARGEST}`,
    `${PRIMARY}> backup followed ${BACKUP.id}`,
  ]);
  expect(plan.commands.every(({ via }) => via === 'medic')).toBe(true);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { backup: BACKUP.id, existing: 'keep' } });
  expect(plan.impact).toEqual([
    `Of the 1000 keys of ${BACKUP.id}, 60 min old, those that ${PRIMARY} lacks are put back, one by one. The 1000 keys that it holds stay as they are, and so does what was written since.`,
    'Keys that were deleted on purpose since that backup come back too.',
    'How large its largest value is was not measured when the backup was taken.',
    'While the server takes in a value of 512 MiB it stands still for up to 13 s, and needs up to 1.5 GiB of memory for it.',
    'A value of more than 512 MiB is not carried (proto-max-bulk-len): it is named, and the run ends as failed when all others are back.',
    'Up to 64 MiB go to the server in small portions, with pauses that leave it half of its time, and more when it is slow: about 2 s when all are missing. Clients can read and write meanwhile.',
    'It uses 1 GiB of memory, and up to 128 MiB more when all keys are missing.',
    'It stops when the server uses 14 GiB of the 16 GiB that it may use (RAM of the host; INFO does not show a container limit).',
    'When redis-medic is restarted meanwhile it begins again, which puts back only what is still missing.',
  ]);
});

test('what is there is replaced after a safety copy, which an empty server does not need', () => {
  const plan = mustPlan(action, alone(), { existing: 'replace' });
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> backup verify ${BACKUP.id} loaded`,
    `${PRIMARY}> backup take safety-copy`,
    `${PRIMARY}> backup restore-keys ${BACKUP.id} replace ${CEILING} ${LARGEST}`,
    `${PRIMARY}> backup followed ${BACKUP.id}`,
  ]);
  expect(plan).toMatchObject({ risk: 'destructive', undo: expect.stringContaining('in the safety copy') });
  expect(plan.impact.join(' ')).toMatch(
    /replaces the key of that name .* is lost from the server and stays in the safety/,
  );
  expect(plan.impact.at(-1)).toContain('replaces again what clients have written');
  const empty = mustPlan(action, alone({ keyspace: { keys: 0 } }), { existing: 'replace' });
  expect(lines(empty.commands).join()).not.toContain('safety-copy');
});

test('planned again with its own arguments it sends the same', () => {
  const plan = mustPlan(action, alone());
  const newer = backupOf({ id: 'bak_20270115-090000-zzzzzz' as KeptBackup['id'] }, 0);
  expect(mustPlan(action, alone({}, kept(BACKUP, newer)), plan.args).commands).toEqual(plan.commands);
});

test('replicas, the append-only file, expiries, modules and a missing server program are told', () => {
  const known = kept(
    backupOf({
      databases: [{ database: 0, keys: 1000, expiring: 400 }],
      verification: { ...READ, expired: 30 },
      modules: ['ReJSON-RL'],
      scratch: { none: 'no server is installed here' },
    }),
  );
  const sketch = primary({ persistence: { aof_enabled: 1 } });
  const snapshot = group([{ ...sketch, readings: [...sketch.readings, saw(backups, known), none] }, replica({})]);
  const plan = mustPlan(action, snapshot, { backup: BACKUP.id });
  const impact = plan.impact.join('\n');
  expect(lines(plan.commands)[0]).toBe(`${PRIMARY}> backup verify ${BACKUP.id}`);
  expect(impact).toContain('400 of the keys have an expiry, 30 of which was past');
  expect(impact).toContain('Values of the module ReJSON-RL are not put back in this way');
  expect(impact).toContain('As much goes to each of its 1 replicas and to the append-only file.');
});

test('how long the largest value holds the server up is told, and what is too large for its replicas', () => {
  const known = kept(backupOf({ largest: 200 * MIB }));
  const told = (snapshot: Snapshot) => mustPlan(action, snapshot).impact.join('\n');
  expect(told(alone({}, kept(backupOf({ largest: 3 * MIB }))))).not.toContain('stands still');
  expect(told(alone({}, known))).toContain(
    'Its largest value takes 200 MiB.\nWhile the server takes in a value of 200 MiB it stands still for up to 5 s, and needs up to 600 MiB of memory for it.',
  );
  expect(told(alone({}, known))).not.toContain('is not carried');
  const sketch = primary();
  const withReplica = group([{ ...sketch, readings: [...sketch.readings, saw(backups, known), none] }, replica({})]);
  expect(told(withReplica)).toContain(
    'A value of more than 128 MiB is not carried (half of client-output-buffer-limit for replicas): it is named',
  );
  expect(lines(mustPlan(action, withReplica).commands)[1]).toMatch(/ 134217728$/);
});

test('behind Sentinels it is no other than without', () => {
  const clients = [{ name: 'sentinel-0a1b-cmd', addr: '10.0.0.5:1', flags: 'N' }] as never;
  expect(mustPlan(action, alone({ clients })).commands).toEqual(mustPlan(action, alone()).commands);
});

test.each<[string, Over, string]>([
  ['what may not fit is told', { memory: { used_memory: 2 * GIB - 64 * MIB } }, 'stops when the server says OOM'],
  [
    'what would be evicted is told',
    { memory: { used_memory: 2 * GIB, maxmemory_policy: 'allkeys-lru' }, keyspace: { keys: 0 } },
    'is evicted (allkeys-lru), other keys among it',
  ],
])('%s', (_sentence, over, told) => {
  expect(mustPlan(action, alone(over)).impact.join(' ')).toContain(told);
});

test.each<[string, Parameters<typeof alone>, unknown, string]>([
  ['no place is set up', [{}, NO_BACKUPS], {}, 'add the key backups'],
  ['there is no backup', [{}, kept()], {}, 'there is no backup of prod'],
  ['the named one is broken', [{}, kept(backupOf({ verification: BROKEN }))], { backup: BACKUP.id }, 'is broken'],
  ['it holds no keys', [{}, kept(backupOf({ databases: [] }))], {}, 'holds no keys'],
  [
    'it is of a newer server',
    [{}, kept(backupOf({ engineVersion: '8.8.0', rdbVersion: 14 }))],
    {},
    'needs a newer server',
  ],
  ['the server loads', [{ identity: { loading: true } }], {}, 'is loading its data'],
  [
    'what is missing would exceed maxmemory',
    [{ memory: { used_memory: 2 * GIB - 64 * MIB }, keyspace: { keys: 10 } }],
    {},
    'writes would be refused (OOM). Raise maxmemory first',
  ],
  [
    'what is missing would exceed what the server may use',
    [{ memory: { used_memory: 2 * GIB, maxmemory: 0, total_system_memory: 2.3 * GIB }, keyspace: { keys: 10 } }],
    {},
    'it is filled up to',
  ],
  [
    'the service gives no copy of what would be replaced',
    [{ identity: { provider: { id: 'elasticache', by: 'its name' } } }],
    { existing: 'replace' },
    'take a backup of the cluster (create-snapshot), or set its backup window; or keep what is there',
  ],
])('refused where %s', (_why, scene, args, because) => {
  expect(refusal(action, alone(...scene), args)).toContain(because);
});

test('a service that keeps REPLICAOF for itself takes keys, where what is there is kept', () => {
  const provider = { id: 'elasticache', by: 'its name' } as const;
  expect(lines(mustPlan(action, alone({ identity: { provider } })).commands)).toHaveLength(3);
});

test('a replica is refused: its primary is restored', () => {
  const sketch = replica({}, REPLICA);
  const snapshot = group([primary(), { ...sketch, readings: [...sketch.readings, saw(backups, kept(BACKUP)), none] }]);
  expect(refusal(action, snapshot, {}, 1)).toContain('is a replica of 10.0.0.1: restore its primary');
});

const CALM = [
  saw(clusterInfo, { cluster_state: 'ok' }),
  saw(keyspace, { keys: 100 }),
  saw(memory, { used_memory: GIB, maxmemory: 0, maxmemory_policy: 'noeviction', total_system_memory: 16 * GIB }),
  saw(persistence, { aof_enabled: 0 }),
];
const SHARD = backupOf({ slots: '0:10,20;5460:30;5461:940' });

function shard(member: Member = {}, known: KeptBackups = kept(SHARD), more: Member['readings'] = CALM): Snapshot {
  return clusterScene({ a: { readings: [saw(backups, known), ...more], ...member } });
}

test('a node of a cluster gets the keys of its slots, and the plan says how many are of others', () => {
  const plan = mustPlan(action, shard());
  expect(lines(plan.commands)[1]).toContain(`backup restore-keys ${SHARD.id} keep`);
  expect(plan.impact).toContain(
    '10.0.0.1:6379 serves 5461 slots (0-5460): 60 keys of the backup are in them, and 940 in slots of other nodes, which are left out; use the same backup on those nodes. No redirect is followed.',
  );
  expect(plan.watches.map(({ reading }) => reading)).toContain('cluster-nodes.slots');
  const uncounted = mustPlan(action, shard({}, kept(BACKUP)));
  expect(uncounted.impact.join(' ')).toContain('How many was not counted when it was taken');
});

test('the backup of another shard can be named, but is not what is meant when none is', () => {
  const other = backupOf({ node: '10.0.0.2:6379', names: ['10.0.0.2:6379'], slots: '0:10;6000:990' });
  expect(refusal(action, shard({}, kept(other)))).toContain(
    'no backup is of 10.0.0.1:6379: name the one that holds its keys. There are 1, of 10.0.0.2:6379',
  );
  expect(mustPlan(action, shard({}, kept(other)), { backup: other.id }).impact.join(' ')).toContain(
    '10 keys of the backup',
  );
});

test.each<[string, Parameters<typeof shard>, string]>([
  ['it serves no slots', [{ slots: '' }], 'serves no slots'],
  ['a slot is on the way', [{ open: '[7->-b]' }], 'let the move end, or close them (playbook finish-slot-move)'],
  [
    'the cluster is down',
    [{}, kept(SHARD), [saw(clusterInfo, { cluster_state: 'fail' }), ...CALM.slice(1)]],
    'CLUSTERDOWN',
  ],
  ['no key of the backup is its own', [{}, kept(backupOf({ slots: '5461:1000' }))], 'holds no keys of the slots'],
  [
    'the backup has more databases than a cluster',
    [
      {},
      kept(
        backupOf({
          slots: '0:990',
          databases: [
            { database: 0, keys: 990, expiring: 0 },
            { database: 3, keys: 10, expiring: 0 },
          ],
        }),
      ),
    ],
    'a cluster has no other',
  ],
])('refused in a cluster where %s', (_why, scene, because) => {
  expect(refusal(action, shard(...scene))).toContain(because);
});
