import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { SETTABLE } from '../../src/domain/settable.ts';
import type { Deployment } from '../support/carry-out.ts';
import { type RunningCluster, startCluster } from '../support/cluster.ts';
import { ENGINES } from '../support/engines.ts';
import { configure, thereAndBack } from '../support/settings.ts';

const MIB = 1024 * 1024;

interface Case {
  id: string;
  args?: Record<string, unknown>;
  /** What every server has before. */
  given?: Record<string, string>;
  /** On the replica in place of the primary. */
  replica?: true;
  /** What changes on the primary and on the replica. */
  sets: [primary: string[], replica: string[]];
}

const both = (...changes: string[]): Case['sets'] => [changes, changes];

const CASES: Case[] = [
  {
    id: 'set-lazyfree',
    given: {
      'lazyfree-lazy-user-del': 'no',
      'lazyfree-lazy-expire': 'no',
      'lazyfree-lazy-eviction': 'yes',
      'lazyfree-lazy-server-del': 'yes',
    },
    sets: both('lazyfree-lazy-expire yes', 'lazyfree-lazy-user-del yes'),
  },
  {
    id: 'set-observability',
    given: { 'latency-tracking': 'no', 'latency-monitor-threshold': '0', 'slowlog-max-len': '128' },
    sets: both('latency-monitor-threshold 100', 'latency-tracking yes', 'slowlog-max-len 1024'),
  },
  { id: 'set-expire-effort', args: { effort: 4 }, sets: both('active-expire-effort 4') },
  {
    id: 'set-expire-effort',
    args: { hz: 10, dynamic: 'yes' },
    given: { hz: '400' },
    sets: both('hz 10'),
  },
  { id: 'set-active-defrag', args: { cycle_max: 10 }, sets: [['active-defrag-cycle-max 10'], []] },
  { id: 'set-maxclients', args: { count: 2000 }, given: { maxclients: '1000' }, sets: both('maxclients 2000') },
  { id: 'set-timeout', args: { idle_s: 3600, keepalive_s: 60 }, sets: both('tcp-keepalive 60', 'timeout 3600') },
  { id: 'set-min-replicas', args: { count: 1 }, sets: [['min-replicas-to-write 1'], []] },
  {
    id: 'set-client-buffer',
    args: { class: 'normal', hard: 100 * MIB },
    sets: both(
      `client-output-buffer-limit normal ${100 * MIB} ${25 * MIB} 60 slave 268435456 67108864 60 pubsub 33554432 8388608 60`,
    ),
  },
  {
    id: 'set-client-memory',
    given: { 'maxmemory-clients': '5%', maxmemory: '1gb' },
    sets: both(`maxmemory-clients ${204 * MIB}`),
  },
  {
    id: 'set-encoding',
    given: { 'hash-max-listpack-entries': '100000', 'set-max-intset-entries': '100000' },
    sets: both('hash-max-listpack-entries 512', 'hash-max-ziplist-entries 512', 'set-max-intset-entries 512'),
  },
  { id: 'set-save-points', args: { aim: 'relax' }, given: { save: '60 1 30 5' }, sets: [['save 3600 1 300 100'], []] },
  { id: 'set-save-points', args: { aim: 'pause' }, given: { save: '60 1' }, sets: [['save '], []] },
  { id: 'set-maxmemory', given: { maxmemory: '0' }, sets: both(expect.stringMatching(/^maxmemory \d+$/)) },
  {
    id: 'lower-maxmemory',
    args: { bytes: 100 * MIB },
    given: { maxmemory: '200mb' },
    sets: both(`maxmemory ${100 * MIB}`),
  },
  {
    id: 'align-settings',
    replica: true,
    given: { timeout: '300', 'repl-timeout': '90', 'maxmemory-policy': 'allkeys-lru' },
    sets: [[], ['maxmemory-policy noeviction', 'repl-timeout 60', 'timeout 0']],
  },
  { id: 'set-replica-disk-guard', replica: true, sets: [[], ['replica-ignore-disk-write-errors yes']] },
  ...Object.entries({
    'aof-use-rdb-preamble': 'no',
    'client-query-buffer-limit': 256 * MIB,
    'maxmemory-eviction-tenacity': 30,
    'min-replicas-max-lag': 5,
    'repl-backlog-ttl': 0,
    'repl-timeout': 90,
    'tracking-table-max-keys': 2_000_000,
  }).map(([parameter, value]): Case => {
    const set = `${parameter} ${value}`;
    const on = SETTABLE[parameter]?.on;
    return { id: 'set-parameter', args: { parameter, value }, sets: on === 'group' ? both(set) : [[set], []] };
  }),
  ...Object.entries({ 'repl-diskless-load': 'on-empty-db', 'replica-priority': 50, 'replica-read-only': 'yes' }).map(
    ([parameter, value]): Case => ({
      id: 'set-parameter',
      args: { parameter, value },
      given: { 'replica-read-only': 'no' },
      sets: [[], [`${parameter} ${value}`]],
    }),
  ),
];

/** Old and new names of one parameter are shown as two. */
const ALIASES = ['slave-', '-ziplist-', 'min-slaves-', 'commandlog-'];

/** The oldest server that is installed, the newest Redis and the newest Valkey. */
const SOME = ENGINES.filter(({ engine }) => ['installed', 'redis-8.0', 'valkey-9.1'].includes(engine));

describe.each(SOME)('$engine', (binary) => {
  let primary: RedisServer;
  let replica: RedisServer;
  beforeAll(async () => {
    primary = await startRedis({ binary });
    replica = await startRedis({ binary, replicaOf: primary });
    await vi.waitUntil(async () => (await online(primary)) === 1, 15_000);
  });
  afterAll(async () => {
    await replica.stop();
    await primary.stop();
  });

  test.each(CASES)('$id $args goes there and back', async ({ id, args = {}, given = {}, replica: onReplica, sets }) => {
    const usual = await restore(onReplica ? [replica] : [primary, replica], given);
    const deployment = { seeds: [primary, replica], all: [primary, replica], target: { memoryLimitBytes: 4096 * MIB } };
    try {
      const { changed } = await thereAndBack(deployment, id, onReplica ? replica : primary, args);
      const told = changed.map((some) => some.filter((one) => !ALIASES.some((old) => one.includes(old))));
      const wanted = sets.map((some) => some.filter((one) => typeof one !== 'string' || !one.includes('-ziplist-')));
      expect(told).toEqual(wanted);
    } finally {
      await usual();
    }
  });
});

describe('in a cluster', () => {
  let cluster: RunningCluster;
  let deployment: Deployment;
  beforeAll(async () => {
    cluster = await startCluster({ shards: 2 });
    deployment = { seeds: [...cluster.nodes], all: [...cluster.nodes], target: { kind: 'cluster' } };
  }, 60_000);
  afterAll(() => cluster.stop());

  test.each([
    ['cluster-require-full-coverage', 'no'],
    ['cluster-node-timeout', '20000'],
    ['cluster-link-sendbuf-limit', '268435456'],
  ])('%s goes there and back on every node of every shard', async (parameter, value) => {
    const on = cluster.replicas[0] ?? cluster.nodes[0];
    if (!on) throw new Error('no node');
    const { changed } = await thereAndBack(deployment, 'set-parameter', on, { parameter, value });
    expect(changed).toEqual(cluster.nodes.map(() => [`${parameter} ${value}`]));
  });

  test('what belongs to a shard stays in it', async () => {
    const [primary] = cluster.primaries;
    if (!primary) throw new Error('no node');
    const { changed } = await thereAndBack(deployment, 'set-parameter', primary, {
      parameter: 'repl-backlog-ttl',
      value: '0',
    });
    expect(changed.flat()).toEqual(['repl-backlog-ttl 0', 'repl-backlog-ttl 0']);
  });
});

async function online(primary: RedisServer): Promise<number> {
  const info = parseInfo(textReply(await primary.send('INFO', 'everything')));
  return [...info.withPrefix('slave')].filter(([, value]) => value.includes('state=online')).length;
}

/** Sets parameters, and gives what sets them back to what they were. */
async function restore(servers: readonly RedisServer[], given: Record<string, string>): Promise<() => Promise<void>> {
  const before = await Promise.all(
    servers.map(async (server) => {
      const old: Record<string, string> = {};
      for (const parameter of Object.keys(given)) {
        const [, value] = (await server.send('CONFIG', 'GET', parameter)) as string[];
        if (value !== undefined) old[parameter] = value;
      }
      await configure(server, given);
      return old;
    }),
  );
  return async () => {
    for (const [at, server] of servers.entries()) await configure(server, before[at] ?? {});
  };
}
