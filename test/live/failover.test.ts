import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Startable } from '../../demo/redis-binary.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { type Application, startWriting } from '../support/acknowledged.ts';
import { carryOut, type Deployment, missing, mustPlanFor, refusalFor } from '../support/carry-out.ts';
import { type ClusterOptions, startCluster } from '../support/cluster.ts';
import { ENGINES } from '../support/engines.ts';
import { MASTER, settled, startSentinels, until } from '../support/sentinels.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** The installed server and one Valkey. */
const SOME = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-8.1');

async function startGroup(
  binary?: Startable,
  replicas = 2,
  configFile = false,
): Promise<Deployment & { seeds: [RedisServer, ...RedisServer[]] }> {
  const options = { configFile, ...(binary && { binary }) };
  const primary = await startRedis(options);
  running.push(primary);
  const others = await Promise.all(
    Array.from({ length: replicas }, () => startRedis({ ...options, replicaOf: primary })),
  );
  running.push(...others);
  for (const replica of others) await vi.waitFor(async () => expect(await link(replica)).toBe('up'), 15_000);
  await vi.waitFor(async () => expect((await info(primary)).text('connected_slaves')).toBe(String(replicas)), 15_000);
  return { seeds: [primary, ...others], all: [primary, ...others] };
}

async function info(server: RedisServer) {
  return parseInfo(textReply(await server.send('INFO', 'everything')));
}

async function link(server: RedisServer) {
  return (await info(server)).text('master_link_status');
}

async function primariesOf(servers: readonly RedisServer[]): Promise<RedisServer[]> {
  const roles = await Promise.all(servers.map(async (server) => (await info(server)).text('role')));
  return servers.filter((_server, at) => roles[at] === 'master');
}

function write(servers: readonly RedisServer[], tag?: string): Application {
  const application = startWriting(servers, tag);
  running.push(application);
  return application;
}

/** Every acknowledged write is there. */
async function lostOf(application: Application, primary: RedisServer): Promise<string[]> {
  const lost: string[] = [];
  for (let at = 0; at < application.acknowledged.length; at += 500) {
    const keys = application.acknowledged.slice(at, at + 500);
    const values = await primary.send('MGET', ...(keys as [string, ...string[]]));
    if (!Array.isArray(values)) throw new Error('no list');
    lost.push(...keys.filter((_key, index) => values[index] !== '1'));
  }
  return lost;
}

async function written(application: Application, more = 200): Promise<void> {
  const goal = application.acknowledged.length + more;
  await vi.waitFor(() => expect(application.acknowledged.length).toBeGreaterThan(goal), 20_000);
}

describe('a plain group', () => {
  test.each(SOME)('$engine: hands over with nothing lost, all follow, and back again', async (binary) => {
    const group = await startGroup(binary);
    const [primary] = group.seeds;
    const application = write(group.seeds);
    await written(application);
    const plan = await mustPlanFor(group, 'failover');
    expect(plan.risk).toBe('disruptive');
    await carryOut(group, plan.commands);
    await written(application);
    const [heir, ...more] = await primariesOf(group.seeds);
    if (!heir) throw new Error('no primary');
    expect(more).toEqual([]);
    expect(heir).not.toBe(primary);
    expect((await info(heir)).text('connected_slaves')).toBe('2');
    expect((await info(heir)).text('sync_full')).toBe('0');
    expect(await missing(group, plan.commands)).toEqual([]);
    if (typeof plan.undo === 'string') throw new Error(plan.undo);
    await carryOut(group, plan.undo);
    await written(application);
    await application.stop();
    expect(await primariesOf(group.seeds)).toEqual([primary]);
    expect((await info(primary)).text('connected_slaves')).toBe('2');
    expect(await lostOf(application, primary)).toEqual([]);
    expect(application.errors.get('READONLY')).toBeGreaterThan(0);
  });

  test('a replica that hangs: the failover ends by itself, and its way back is not needed or aborts it', async () => {
    const group = await startGroup(undefined, 1);
    const [primary, replica] = group.seeds;
    const plan = await mustPlanFor(group, 'failover', primary, { timeout_ms: 60_000 });
    replica?.kill('SIGSTOP');
    await primary.send('SET', 'a', '1');
    const [first] = plan.commands;
    if (!first) throw new Error('no command');
    await primary.send(...(first.argv as [string, ...string[]]));
    const held = primary.send('SET', 'b', '2');
    expect(await Promise.race([held, sleep(300)])).toBeUndefined();
    await carryOut(group, plan.otherwise ?? []);
    expect(await held).toBe('OK');
    await carryOut(group, plan.otherwise ?? []);
    expect((await info(primary)).text('role')).toBe('master');
    replica?.kill('SIGCONT');
  });

  test('refuses what has no fit replica, and what somebody else manages', async () => {
    const group = await startGroup(undefined, 1);
    const [primary, replica] = group.seeds;
    if (!replica) throw new Error('no replica');
    await replica.send('CONFIG', 'SET', 'replica-priority', '0');
    expect(await refusalFor(group, 'failover')).toContain('replica-priority is 0');
    await replica.send('CONFIG', 'SET', 'replica-priority', '100', 'replica-read-only', 'no');
    expect(await refusalFor(group, 'failover')).toContain('writes of its own');
    await replica.send('CONFIG', 'SET', 'replica-read-only', 'yes', 'min-replicas-to-write', '2');
    expect(await refusalFor(group, 'failover')).toContain('would refuse every write');
    await replica.send('CONFIG', 'SET', 'min-replicas-to-write', '0', 'maxmemory', '1mb');
    expect(await refusalFor(group, 'failover')).toContain('as primary it would refuse writes');
    await replica.send('CONFIG', 'SET', 'maxmemory', '0');
    await rm(join(replica.dir, 'dump.rdb'), { force: true });
    await mkdir(join(replica.dir, 'dump.rdb'));
    await replica.send('BGSAVE');
    await vi.waitFor(async () => expect((await info(replica)).text('rdb_last_bgsave_status')).toBe('err'), 15_000);
    expect(await refusalFor(group, 'failover')).toContain('could not write to its disk');
    await rmdir(join(replica.dir, 'dump.rdb'));
    await replica.send('BGSAVE');
    await vi.waitFor(async () => expect((await info(replica)).text('rdb_last_bgsave_status')).toBe('ok'), 15_000);
    expect(await refusalFor({ ...group, seeds: [primary] }, 'failover')).toBe('');
  });
});

/** A group with three Sentinels that know it well. */
async function startWatched(binary?: Startable, replicas = 2, downAfterMs = 1000) {
  const { seeds } = await startGroup(binary, replicas, true);
  const sentinels = await startSentinels({ primary: seeds[0], downAfterMs, ...(binary && { binary }) });
  running.push(...sentinels);
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, replicas)));
  const watched = sentinels.map(({ host, port }) => ({ host, port }));
  const deployment: Deployment = {
    seeds: [],
    all: [...seeds, ...sentinels],
    target: { kind: 'sentinel', sentinel: { seeds: watched, master: MASTER, credentials: {} } },
  };
  return { deployment, seeds, sentinels };
}

describe('a group under Sentinel', () => {
  test.each(SOME)(
    '$engine: fails over with nothing lost, and leaves no fence behind',
    { timeout: 90_000 },
    async (binary) => {
      const { deployment, seeds } = await startWatched(binary);
      const [primary] = seeds;
      const application = write(seeds);
      await written(application);
      const plan = await mustPlanFor(deployment, 'sentinel-failover');
      await carryOut(deployment, plan.commands);
      await written(application);
      await application.stop();
      const [heir, ...more] = await primariesOf(seeds);
      if (!heir) throw new Error('no primary');
      expect(more).toEqual([]);
      expect(heir).not.toBe(primary);
      expect(await lostOf(application, heir)).toEqual([]);
      expect(application.errors.get('NOREPLICAS')).toBeGreaterThan(0);
      expect(await missing(deployment, plan.commands)).toEqual([]);
      const file = await readFile(join(primary.dir, 'redis.conf'), 'utf8');
      expect(file).toContain(`replicaof 127.0.0.1 ${heir.port}`);
      expect(file).not.toContain('1000');
    },
  );

  test('refuses while Sentinel cannot or should not', { timeout: 60_000 }, async () => {
    const { deployment, seeds, sentinels } = await startWatched(undefined, 1);
    const [primary, replica] = seeds;
    const [first, second, third] = sentinels;
    if (!replica || !first || !second || !third) throw new Error('not all started');
    expect(await refusalFor(deployment, 'failover', primary)).toContain('SENTINEL FAILOVER');
    expect(await refusalFor(deployment, 'repoint-replica', replica)).toContain('SENTINEL FAILOVER');
    expect(await refusalFor(deployment, 're-slave', replica)).toContain('SENTINEL FAILOVER');
    await first.send('SENTINEL', 'SET', MASTER, 'quorum', '4');
    expect(await refusalFor(deployment, 'sentinel-failover')).toContain('no quorum');
    await first.send('SENTINEL', 'SET', MASTER, 'quorum', '2');
    await replica.send('CONFIG', 'SET', 'replica-priority', '0');
    await until(first, ['SENTINEL', 'REPLICAS', MASTER], (text) => text.includes('"slave-priority","0"'));
    expect(await refusalFor(deployment, 'sentinel-failover')).toContain('no good replica');
    await replica.send('CONFIG', 'SET', 'replica-priority', '100', 'maxmemory', '1mb');
    await until(first, ['SENTINEL', 'REPLICAS', MASTER], (text) => text.includes('"slave-priority","100"'));
    expect(await refusalFor(deployment, 'sentinel-failover')).toContain(
      `may choose 127.0.0.1:${replica.port}, but its maxmemory`,
    );
    await replica.send('CONFIG', 'SET', 'maxmemory', '0');
    primary.kill('SIGSTOP');
    await until(second, ['SENTINEL', 'MASTER', MASTER], (text) => text.includes('s_down'));
    const down = /counts the primary as down|failing over|no quorum|no good replica|could not be read as one/;
    expect(await refusalFor(deployment, 'sentinel-failover', first)).toMatch(down);
    primary.kill('SIGCONT');
    first.kill('SIGSTOP');
    await sleep(2500);
    first.kill('SIGCONT');
    const tilted = async () => expect(await refusalFor(deployment, 'sentinel-failover', first)).toContain('TILT');
    await vi.waitFor(tilted, { timeout: 20_000, interval: 500 });
  });
});

/** A cluster with a short node timeout, so that the dead are known soon. */
async function startShards(options: ClusterOptions = {}) {
  const cluster = await startCluster({ ...options, args: ['--cluster-node-timeout', '1500', ...(options.args ?? [])] });
  running.push(cluster);
  const deployment: Deployment = { seeds: cluster.nodes, all: cluster.nodes, target: { kind: 'cluster' } };
  return { cluster, deployment };
}

describe('a cluster', () => {
  test.each(SOME)(
    '$engine: a primary swaps places with its replica, nothing lost, and back',
    { timeout: 60_000 },
    async (binary) => {
      const { cluster, deployment } = await startShards({ binary });
      const [primary] = cluster.primaries;
      const [replica] = cluster.replicas;
      if (!primary || !replica) throw new Error('not all started');
      const application = write([primary, replica]);
      await written(application);
      const plan = await mustPlanFor(deployment, 'cluster-failover', replica);
      await carryOut(deployment, plan.commands);
      await written(application);
      expect(await primariesOf([primary, replica])).toEqual([replica]);
      expect(await missing(deployment, plan.commands)).toEqual([]);
      await cluster.settled();
      if (typeof plan.undo === 'string') throw new Error(plan.undo);
      await carryOut(deployment, plan.undo);
      await written(application);
      await application.stop();
      expect(await primariesOf([primary, replica])).toEqual([primary]);
      expect(await lostOf(application, primary)).toEqual([]);
      expect(application.errors.get('MOVED')).toBeGreaterThan(0);
    },
  );

  test('a dead primary without a successor: by force with the majority, by takeover without', {
    timeout: 90_000,
  }, async () => {
    const { cluster, deployment } = await startShards({ args: ['--cluster-replica-no-failover', 'yes'] });
    const [first, second] = cluster.primaries;
    const [heir, other] = cluster.replicas;
    if (!first || !second || !heir || !other) throw new Error('not all started');
    expect(await refusalFor(deployment, 'cluster-takeover', heir)).toContain('lives: let it hand over');
    expect(await refusalFor(deployment, 'repoint-replica', heir)).toContain('CLUSTER REPLICATE');
    expect(await refusalFor(deployment, 're-slave', heir)).toContain('CLUSTER REPLICATE');
    expect(await refusalFor(deployment, 'promote-replica', heir)).toContain('CLUSTER FAILOVER');
    expect(await refusalFor(deployment, 'failover', first)).toContain('CLUSTER FAILOVER');
    expect(await heir.send('REPLICAOF', 'NO', 'ONE')).toMatchObject({ message: expect.stringContaining('REPLICAOF') });
    await first.send('SET', '{w}a', '1');
    await vi.waitFor(
      async () =>
        expect((await info(first)).text('master_repl_offset')).toBe((await info(heir)).text('slave_repl_offset')),
      10_000,
    );
    await second.send('SET', '{6}a', '1');
    first.kill('SIGKILL');
    const forced = await vi.waitFor(async () => mustPlanFor(deployment, 'cluster-takeover', heir), {
      timeout: 30_000,
      interval: 500,
    });
    expect(forced.risk).toBe('destructive');
    expect(forced.commands).toMatchObject([{ argv: ['CLUSTER', 'FAILOVER', 'FORCE'] }]);
    await carryOut(deployment, forced.commands);
    expect(await heir.send('GET', '{w}a')).toBe('1');
    await cluster.settled([second, heir]);
    heir.kill('SIGKILL');
    second.kill('SIGKILL');
    const taken = await vi.waitFor(
      async () => {
        const plan = await mustPlanFor(deployment, 'cluster-takeover', other);
        expect(plan.commands).toMatchObject([{ argv: ['CLUSTER', 'FAILOVER', 'TAKEOVER'] }]);
        return plan;
      },
      { timeout: 30_000, interval: 500 },
    );
    await carryOut(deployment, taken.commands);
    expect((await info(other)).text('role')).toBe('master');
  });
});
