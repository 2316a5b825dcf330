import { expect, test } from 'vitest';
import {
  diskErrorWouldCrash,
  groupOf,
  managedElsewhere,
  runtimeOnly,
  unreadOf,
  unsteady,
} from '../../src/domain/replication-group.ts';
import { type ReadNode, readNodes } from '../../src/domain/snapshot.ts';
import { clusterScene } from '../support/cluster-scene.ts';
import { group, PRIMARY, primary, REPLICA, replica } from '../support/planning.ts';

const chained = replica({ identity: { primary: { host: '10.0.0.2', port: 6379 } } }, '10.0.0.3:6379');
const stranger = { ...primary(), name: '10.0.0.9:6379' };
const unread = { name: '10.0.0.4:6379', cause: 'hung', origin: { reportedBy: REPLICA, as: 'replica' } } as const;
const snapshot = group([replica(), chained, primary(), stranger, unread]);

function nodeOf(sketch: Parameters<typeof group>[0][number]): ReadNode {
  const [node] = readNodes(group([sketch]));
  if (!node) throw new Error('no node');
  return node;
}

test('a group is its head and all that follow it, chained ones too; strangers are not in it', () => {
  for (const member of readNodes(snapshot).slice(0, 3)) {
    expect(groupOf(snapshot, member).map(({ name }) => name)).toEqual([PRIMARY, REPLICA, '10.0.0.3:6379']);
  }
});

test('members that could not be read are those that a read member names', () => {
  const [node] = readNodes(snapshot);
  expect(node && unreadOf(snapshot, groupOf(snapshot, node)).map(({ name }) => name)).toEqual(['10.0.0.4:6379']);
  expect(unreadOf(snapshot, readNodes(snapshot).slice(3))).toEqual([]);
});

test('in a cluster they are those of the shard, whoever names them', () => {
  const cluster = clusterScene({ a: { dead: true }, e: { dead: true } });
  const shardOf = (name: string) => {
    const node = readNodes(cluster).find((one) => one.name === name);
    return node ? unreadOf(cluster, groupOf(cluster, node)).map((one) => one.name) : [];
  };
  expect(shardOf('10.0.0.4:6379')).toEqual(['10.0.0.1:6379']);
  expect(shardOf('10.0.0.2:6379')).toEqual(['10.0.0.5:6379']);
  expect(shardOf('10.0.0.3:6379')).toEqual([]);
});

test.each([
  ['a Sentinel', { mode: 'sentinel' }, 'is a Sentinel'],
  ['a loading server', { loading: true }, 'is loading'],
  ['a calm server', {}, 'steady'],
] as const)('%s', (_what, identity, reason) => {
  expect(unsteady(nodeOf(primary({ identity }))) ?? 'steady').toContain(reason);
});

test.each([
  ['a cluster', { mode: 'cluster' }, 'replication', [], 'CLUSTER REPLICATE'],
  ['a target declared so', {}, 'sentinel', [], 'SENTINEL FAILOVER'],
  ['a connection named by Sentinel', {}, 'replication', ['app', 'sentinel-0a1b2c3d-cmd'], 'SENTINEL FAILOVER'],
  ['nobody', {}, 'replication', ['sentinel-dashboard', 'app'], 'free'],
] as const)('replication is managed by %s', (_who, identity, kind, names, reason) => {
  const answer = managedElsewhere(group([primary()], { kind }), nodeOf(primary({ identity })), names);
  expect(answer ?? 'free').toContain(reason);
});

test.each([
  ['7.0.15', 'err', 'no', true],
  ['7.0.15', 'err', 'yes', false],
  ['7.0.15', 'ok', 'no', false],
  ['6.2.16', 'err', 'no', false],
])(
  'a replica of %s whose last save was %s, ignoring disk errors %s, is at risk: %s',
  (version, status, ignores, risk) => {
    const node = nodeOf(replica({ identity: { version } }));
    expect(diskErrorWouldCrash(node, { rdb_last_bgsave_status: status }, ignores) !== undefined).toBe(risk);
  },
);

test('where a setting must be written to', () => {
  expect(runtimeOnly('/etc/redis.conf')).toContain('/etc/redis.conf');
  expect(runtimeOnly('')).toContain('without a configuration file');
});
