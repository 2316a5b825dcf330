import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type RedisServer } from '../../../demo/redis-server.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { clientsIn } from '../../../src/probes/client-list.ts';
import { breakSaving, keepSending, pipeline, populate, type Scenario } from '../lab.ts';

const SAVE = ['--save', '3600 1'];
const MIB = 1024 * 1024;

/** Replication groups: broken, about to break, and well. */
export const replication: readonly Scenario[] = [
  {
    name: 'a chain of three that is in sync',
    finds: { 'replica-chain-deep': 'info' },
    target: { kind: 'replication', objectives: { expectReplicas: 2 } },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const last = await lab.replica(await lab.replica(primary, SAVE), SAVE);
      await primary.send('SET', 'a', '1');
      return [last];
    },
  },
  {
    name: 'a planned failover that is over',
    finds: {},
    target: { kind: 'replication', objectives: { expectReplicas: 1 } },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const replica = await lab.replica(primary, SAVE);
      await primary.send('SET', 'a', '1');
      // Before its first acknowledgement the primary does not hand over to it.
      await lab.until(primary, 'slave0', (row) => row.includes('state=online'));
      await primary.send('FAILOVER', 'TO', replica.host, String(replica.port), 'TIMEOUT', '5000');
      await lab.until(replica, 'role', 'master');
      await lab.until(primary, 'master_link_status', 'up');
      return [primary, replica];
    },
  },
  {
    name: 'a replica in its first sync, while the primary takes writes',
    finds: {},
    target: { kind: 'replication', objectives: { expectReplicas: 1 } },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, '--rdb-key-save-delay', '1000']);
      await populate(primary, 4000, 500);
      const replica = await lab.start(SAVE, { replicaOf: primary });
      await lab.until(replica, 'master_sync_in_progress', '1');
      await keepSending(lab, primary, ['SET', 'a', '1']);
      return [replica];
    },
  },
  {
    name: 'a replica that loads a copy which was sent as a file',
    finds: {},
    target: { kind: 'replication', thresholds: { 'replica-ack-lag': { warnSeconds: 1 } } },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, '--repl-diskless-sync', 'no']);
      await populate(primary, 20_000);
      const slow = ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'];
      const replica = await lab.start([...SAVE, ...slow], { replicaOf: primary });
      await lab.until(replica, 'loading', '1');
      await sleep(1500);
      return [replica];
    },
  },
  {
    name: 'a replica that names a port where nobody listens',
    finds: { 'dependency-unreachable': 'high', 'replica-never-synced': 'high' },
    target: { kind: 'replication' },
    arrange: async (lab) => [await lab.start(SAVE, { replicaOf: { host: '127.0.0.1', port: await freePort() } })],
  },
  {
    name: 'a replica with a wrong password',
    finds: { 'replica-never-synced': 'high' },
    besides: ['auth-failures', 'acl-denials'],
    target: { kind: 'replication', credentials: { password: 'secret' } },
    seconds: 2,
    async arrange(lab) {
      const primary = await lab.start([...SAVE, '--requirepass', 'secret']);
      const login = ['--requirepass', 'secret', '--masterauth', 'wrong'];
      return [await lab.start([...SAVE, ...login], { replicaOf: primary })];
    },
  },
  {
    name: 'the only replica has priority 0',
    finds: { 'replica-not-promotable': 'warning' },
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      await lab.replica(primary, [...SAVE, '--replica-priority', '0']);
      return [primary];
    },
  },
  {
    name: 'a replica that was promoted while its primary lives on, and both take writes',
    finds: { 'dual-primary-split-brain': 'critical' },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const replica = await lab.replica(primary, SAVE);
      await replica.send('REPLICAOF', 'NO', 'ONE');
      for (const server of [primary, replica]) await keepSending(lab, server, ['INCR', 'n']);
      return [primary, replica];
    },
  },
  {
    name: 'a replica that was promoted, and nobody writes',
    finds: { 'dual-primary-split-brain': 'high' },
    target: { thresholds: { 'dual-primary-split-brain': { graceSeconds: 0 } } },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const replica = await lab.replica(primary, SAVE);
      await replica.send('REPLICAOF', 'NO', 'ONE');
      return [primary, replica];
    },
  },
  {
    name: 'two servers that were named as one group and never had to do with each other',
    finds: { 'dual-primary-split-brain': 'critical' },
    async arrange(lab) {
      const servers = [await lab.start(SAVE), await lab.start(SAVE)];
      for (const server of servers) await keepSending(lab, server, ['INCR', 'n']);
      return servers;
    },
  },
  {
    name: 'the same two servers, each on its own',
    finds: {},
    target: { kind: 'standalone' },
    async arrange(lab) {
      const servers = [await lab.start(SAVE), await lab.start(SAVE)];
      for (const server of servers) await keepSending(lab, server, ['INCR', 'n']);
      return servers;
    },
  },
  {
    name: 'two replicas that follow each other',
    finds: { 'replication-loop': 'critical' },
    async arrange(lab) {
      const one = await lab.start(SAVE);
      const other = await lab.replica(one, SAVE);
      await one.send('REPLICAOF', other.host, String(other.port));
      return [other];
    },
  },
  {
    name: 'applications that write to a replica',
    finds: { 'readonly-errors-misrouted-writes': 'warning' },
    target: { kind: 'replication' },
    async arrange(lab) {
      const replica = await lab.replica(await lab.start(SAVE), SAVE);
      await keepSending(lab, replica, ['SET', 'a', '1']);
      return [replica];
    },
  },
  {
    name: 'a failover to a replica that is stopped and lacks a write',
    finds: { 'failover-stuck': 'high', 'dependency-unreachable': 'high' },
    root: 'dependency-unreachable',
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const replica = await lab.replica(primary, SAVE);
      // Before that the primary refuses to hand over to it.
      await lab.until(primary, 'slave0', (row) => row.includes('state=online'));
      replica.kill('SIGSTOP');
      await primary.send('SET', 'a', '1');
      await primary.send('FAILOVER', 'TO', replica.host, String(replica.port));
      await lab.until(primary, 'master_failover_state', 'waiting-for-sync');
      return [primary];
    },
  },
  {
    name: 'a primary that stops in the middle of a full copy',
    finds: { 'replica-sync-stalled': 'high', 'dependency-unreachable': 'high' },
    root: 'dependency-unreachable',
    target: { kind: 'replication', thresholds: { 'replica-sync-stalled': { silentSeconds: 1 } } },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, '--rdb-key-save-delay', '1000']);
      await populate(primary, 20_000, 1000);
      const replica = await lab.start(SAVE, { replicaOf: primary });
      await lab.until(replica, 'master_sync_read_bytes', (bytes) => Number(bytes) > 0);
      // The child that sends the copy as well: from Redis 8 on it has a connection of its own.
      process.kill(-primary.pid, 'SIGSTOP');
      await sleep(2500);
      return [replica];
    },
  },
  {
    name: 'a stopped replica whose link buffers what is written meanwhile',
    finds: { 'replica-output-buffer-near-limit': 'critical', 'dependency-unreachable': 'high' },
    root: 'dependency-unreachable',
    besides: ['repl-backlog-undersized', 'replica-lag-bytes'],
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, ...buffers('1mb', 'replica 40mb 0 0')]);
      const replica = await lab.replica(primary, SAVE);
      replica.kill('SIGSTOP');
      while ((await buffered(primary)) < 38 * MIB) await writeMegabyte(primary);
      return [primary];
    },
  },
  {
    name: 'a replica that keeps two datasets during a full sync and has no room for them',
    finds: { 'diskless-load-unsafe': 'warning' },
    target: { kind: 'replication', memoryLimitBytes: 240 * MIB },
    async arrange(lab) {
      const limited = [...SAVE, '--maxmemory', '170mb'];
      const primary = await lab.start(limited);
      await populate(primary, 1200, 100_000);
      const replica = await lab.replica(primary, [...limited, '--repl-diskless-load', 'swapdb']);
      await lab.until(replica, 'used_memory', (bytes) => Number(bytes) > 110 * MIB);
      return [replica];
    },
  },
  {
    name: 'an output buffer that is too small for the next full sync',
    finds: { 'repl-backlog-undersized': 'warning', 'replica-obl-config-too-small': 'warning' },
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, ...buffers('1mb', 'replica 2mb 0 0')]);
      await populate(primary, 5000, 10_000);
      await lab.replica(primary, SAVE);
      lab.keepDoing(() => writeMegabyte(primary), 100);
      return [primary];
    },
  },
  {
    name: 'a replica that takes writes',
    finds: { 'replica-writable': 'high' },
    target: { kind: 'replication' },
    arrange: async (lab) => [await lab.replica(await lab.start(SAVE), [...SAVE, '--replica-read-only', 'no'])],
  },
  {
    name: 'too few replicas for the primary to take writes',
    finds: { 'min-replicas-blocking-writes': 'critical' },
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lab.start([...SAVE, '--min-replicas-to-write', '2']);
      await lab.replica(primary, SAVE);
      await keepSending(lab, primary, ['SET', 'a', '1']);
      return [primary];
    },
  },
  {
    name: 'one of two expected replicas is missing',
    finds: { 'no-replicas-connected': 'high' },
    target: {
      kind: 'replication',
      objectives: { expectReplicas: 2 },
      thresholds: { 'no-replicas-connected': { graceSeconds: 0 } },
    },
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      await lab.replica(primary, SAVE);
      return [primary];
    },
  },
  {
    name: 'a chain whose primary was killed: its replica and the one below that read on',
    finds: { 'dependency-unreachable': 'high', 'replica-link-down': 'warning', 'replica-serving-stale': 'warning' },
    besides: ['replica-never-synced'],
    target: { kind: 'replication', thresholds: { 'replica-serving-stale': { warnSeconds: 0 } } },
    seconds: 2,
    async arrange(lab) {
      const primary = await lab.start(SAVE);
      const middle = await lab.replica(primary, SAVE);
      const last = await lab.replica(middle, SAVE);
      primary.kill('SIGKILL');
      await lab.until(middle, 'master_link_down_since_seconds', (seconds) => Number(seconds) > 0);
      await keepSending(lab, last, ['GET', 'a']);
      return [last];
    },
  },
  {
    name: 'a replica whose disk fails will crash at the next write',
    finds: { 'replica-disk-error-panic-risk': 'critical', 'rdb-bgsave-failing': 'critical' },
    root: 'rdb-bgsave-failing',
    on: (_engine, version) => atLeast(version, '7.0'),
    target: { kind: 'replication' },
    async arrange(lab) {
      const replica = await lab.replica(await lab.start(SAVE), SAVE);
      await breakSaving(lab, replica);
      return [replica];
    },
  },
];

function buffers(backlog: string, output: string): string[] {
  return ['--repl-backlog-size', backlog, '--client-output-buffer-limit', output];
}

async function writeMegabyte(server: RedisServer): Promise<void> {
  const value = 'x'.repeat(10_000);
  await pipeline(
    server,
    Array.from({ length: 100 }, (_none, at) => ['SET', `big:${at}`, value]),
  );
}

/** Bytes in the fullest output buffer of a replica link. */
async function buffered(server: RedisServer): Promise<number> {
  const list = textReply(await server.send('CLIENT', 'LIST', 'TYPE', 'replica'));
  return Math.max(0, ...clientsIn(list).map(({ omem }) => omem));
}
