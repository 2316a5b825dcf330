import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { carryOut, type Deployment, mustPlanFor } from '../support/carry-out.ts';
import { ENGINES } from '../support/engines.ts';
import { breakSnapshots } from '../support/settings.ts';

const MIB = 1024 * 1024;

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function pair(
  args: readonly string[] = [],
): Promise<Deployment & { primary: RedisServer; replica: RedisServer }> {
  const primary = await start({ args });
  const replica = await start({ args, replicaOf: primary });
  await vi.waitFor(async () => expect(await info(replica, 'master_link_status')).toBe('up'), 15_000);
  await vi.waitFor(async () => expect(await info(primary, 'slave0')).toContain('state=online'), 15_000);
  return { seeds: [primary, replica], all: [primary, replica], primary, replica };
}

function alone(server: RedisServer, target: Deployment['target'] = {}): Deployment {
  return { seeds: [server], all: [server], target };
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(field);
}

async function doAs(deployment: Deployment, id: string, on: RedisServer, args: unknown = {}) {
  const plan = await mustPlanFor(deployment, id, on, args);
  await carryOut(deployment, plan.commands);
  return plan;
}

describe('the append-only file', () => {
  /** The installed server and the newest of each line: the file is a folder on all of them. */
  const SOME = ENGINES.filter(({ engine }) => ['installed', 'redis-8.0', 'valkey-9.1'].includes(engine));

  test.each(SOME)(
    'is whole before it is written down, so that a crash and a restart lose nothing: $engine',
    async (binary) => {
      const before = await start({ binary, configFile: true });
      const { dir, port } = before;
      for (let at = 0; at < 50; at += 1) await before.send('SET', `k:${at}`, '1');
      const plan = await doAs(alone(before), 'enable-aof', before);
      expect(plan.commands.map(({ argv }) => argv.join(' '))).toEqual(['CONFIG SET appendonly yes', 'CONFIG REWRITE']);
      await before.send('SET', 'after', '1');
      await vi.waitFor(async () => expect(await info(before, 'aof_pending_bio_fsync')).toBe('0'), 5000);
      before.kill('SIGKILL');
      await vi.waitFor(() => expect(before.send('PING')).rejects.toThrow(/closed|refused|ECONN/i), 5000);
      const after = await start({ binary, configFile: true, dir, port });
      await vi.waitFor(async () => expect(await after.send('DBSIZE')).toBe(51), 10_000);
      expect(await info(after, 'aof_enabled')).toBe('1');
    },
  );

  test('goes off and stays off with its undo, also in the configuration file', async () => {
    const server = await start({ configFile: true });
    const plan = await doAs(alone(server), 'enable-aof', server);
    expect(await readFile(join(server.dir, 'redis.conf'), 'utf8')).toMatch(/^appendonly yes$/m);
    if (typeof plan.undo === 'string') throw new Error(plan.undo);
    await carryOut(alone(server), plan.undo);
    expect(await readFile(join(server.dir, 'redis.conf'), 'utf8')).not.toMatch(/^appendonly yes$/m);
    expect(await server.send('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
  });

  test('is small again after a rewrite', async () => {
    const server = await start({ args: ['--appendonly', 'yes'] });
    for (let at = 0; at < 200; at += 1) await server.send('SET', 'k', 'x'.repeat(1000));
    const size = Number(await info(server, 'aof_current_size'));
    await doAs(alone(server), 'rewrite-aof', server);
    expect(Number(await info(server, 'aof_current_size'))).toBeLessThan(size / 10);
  });

  test('moves to the replica: what is written then is there, and no longer at the primary', async () => {
    const both = await pair(['--save', '3600 1', '--appendonly', 'yes']);
    await both.replica.send('CONFIG', 'SET', 'appendonly', 'no');
    const plan = await doAs(both, 'move-persistence', both.primary);
    expect(await info(both.primary, 'aof_enabled')).toBe('0');
    await both.primary.send('SET', 'moved', '1');
    const folder = join(both.replica.dir, 'appendonlydir');
    await vi.waitFor(async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      expect(texts.join('')).toContain('moved');
    }, 5000);
    if (typeof plan.undo === 'string') throw new Error(plan.undo);
    await vi.waitFor(async () => expect(await info(both.primary, 'aof_rewrite_in_progress')).toBe('0'), 5000);
    await carryOut(both, plan.undo);
    expect(await info(both.primary, 'aof_enabled')).toBe('1');
    expect(await info(both.replica, 'aof_enabled')).toBe('0');
  });
});

describe('a disk that fails', () => {
  test('a guarded replica survives the next write; one that is not ends', async () => {
    const both = await pair(['--save', '3600 1']);
    const other = await start({ args: ['--save', '3600 1'], replicaOf: both.primary });
    await vi.waitFor(async () => expect(await info(other, 'master_link_status')).toBe('up'), 15_000);
    for (const replica of [both.replica, other]) await breakSnapshots(replica);
    await doAs(both, 'set-replica-disk-guard', both.replica);
    await both.primary.send('SET', 'next', '1');
    await vi.waitFor(() => expect(other.send('PING')).rejects.toThrow(/closed|refused|ECONN/i), 10_000);
    await vi.waitFor(async () => expect(await both.replica.send('GET', 'next')).toBe('1'), 10_000);
  });

  test('writes go through while snapshots fail; a snapshot that works lifts the refusal too', async () => {
    const server = await start({ args: ['--save', '3600 1'] });
    const repair = await breakSnapshots(server);
    expect(await server.send('SET', 'a', '1')).toMatchObject({ code: 'MISCONF' });
    const plan = await doAs(alone(server), 'set-stop-writes', server);
    expect(await server.send('SET', 'a', '1')).toBe('OK');
    if (typeof plan.undo === 'string') throw new Error(plan.undo);
    await carryOut(alone(server), plan.undo);
    expect(await server.send('SET', 'a', '2')).toMatchObject({ code: 'MISCONF' });
    await repair();
    await doAs(alone(server), 'bgsave', server);
    expect(await server.send('SET', 'a', '2')).toBe('OK');
  });
});

describe('clients', () => {
  test('one that does not read is cut at the new limit, others are not', async () => {
    const server = await start();
    await server.send('SET', 'big', 'x'.repeat(MIB));
    const hoarder = connection(server);
    const bystander = connection(server);
    hoarder.socket.pause();
    hoarder.socket.write('GET big\r\n'.repeat(80));
    bystander.socket.write('PING\r\n');
    const args = { class: 'normal', hard: 20 * MIB, soft: 10 * MIB, soft_s: 60 };
    const plan = await vi.waitFor(async () => {
      const seen = await mustPlanFor(
        alone(server, { memoryLimitBytes: 4096 * MIB }),
        'set-client-buffer',
        server,
        args,
      );
      expect(seen.impact.join(' ')).toContain('1 of');
      return seen;
    }, 10_000);
    expect(plan.risk).toBe('disruptive');
    await carryOut(alone(server), plan.commands);
    hoarder.socket.write('GET big\r\n');
    hoarder.socket.resume();
    await vi.waitFor(() => expect(hoarder.closed()).toBe(true), 10_000);
    expect(bystander.closed()).toBe(false);
  });

  test('more connections are taken', async () => {
    const server = await start({ args: ['--maxclients', '120'] });
    const many = Array.from({ length: 118 }, () => connection(server));
    await vi.waitFor(async () => expect(Number(await info(server, 'connected_clients'))).toBeGreaterThan(110), 10_000);
    await doAs(alone(server, { memoryLimitBytes: 4096 * MIB }), 'set-maxclients', server);
    expect(Number(await info(server, 'maxclients'))).toBe(1000);
    const more = Array.from({ length: 10 }, () => connection(server));
    for (const { socket } of more) socket.write('PING\r\n');
    await vi.waitFor(() => expect(more.every((one) => one.answered())).toBe(true), 10_000);
    expect(many.some((one) => one.closed())).toBe(false);
  });

  test('large keys are freed in the background', async () => {
    const server = await start();
    const members = Array.from({ length: 2000 }, (_none, at) => `m:${at}`) as [string, ...string[]];
    await server.send('CONFIG', 'SET', 'lazyfree-lazy-user-del', 'no');
    await server.send('SADD', 'big', ...members);
    await doAs(alone(server), 'set-lazyfree', server);
    await server.send('DEL', 'big');
    await vi.waitFor(async () => expect(Number(await info(server, 'lazyfreed_objects'))).toBeGreaterThan(0), 5000);
  });
});

describe('replicas', () => {
  test('writes are accepted again without them, and refused again after the undo', async () => {
    const server = await start({ args: ['--min-replicas-to-write', '1'] });
    expect(await server.send('SET', 'a', '1')).toMatchObject({ code: 'NOREPLICAS' });
    const plan = await doAs(alone(server), 'set-min-replicas', server, { count: 0 });
    expect(await server.send('SET', 'a', '1')).toBe('OK');
    if (typeof plan.undo === 'string') throw new Error(plan.undo);
    await carryOut(alone(server), plan.undo);
    expect(await server.send('SET', 'a', '1')).toMatchObject({ code: 'NOREPLICAS' });
  });

  test('one that took writes takes none any more', async () => {
    const both = await pair();
    await both.replica.send('CONFIG', 'SET', 'replica-read-only', 'no');
    expect(await both.replica.send('SET', 'own', '1')).toBe('OK');
    await doAs(both, 'set-parameter', both.replica, { parameter: 'replica-read-only', value: 'yes' });
    expect(await both.replica.send('SET', 'own', '2')).toMatchObject({ code: 'READONLY' });
  });
});

test('what was set while it ran is in the file after a rewrite of it, and survives a restart', async () => {
  const server = await start({ configFile: true });
  await server.send('CONFIG', 'SET', 'maxmemory', '123mb');
  const plan = await doAs(alone(server, { host: { kind: 'local' } }), 'config-rewrite', server);
  expect(plan.impact.join(' ')).toContain('maxmemory is not there -> 128974848');
  const { dir, port } = server;
  server.kill('SIGKILL');
  await vi.waitFor(() => expect(server.send('PING')).rejects.toThrow(/closed|refused|ECONN/i), 5000);
  const again = await start({ configFile: true, dir, port });
  expect(await again.send('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(123 * MIB)]);
});

test('a larger limit and the end of eviction come in one moment', async () => {
  const server = await start({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru'] });
  for (let at = 0; at < 250; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
  expect(Number(await info(server, 'evicted_keys'))).toBeGreaterThan(0);
  const plan = await doAs(alone(server, { memoryLimitBytes: 4096 * MIB }), 'raise-maxmemory', server, {
    policy: 'noeviction',
  });
  expect(plan.commands).toHaveLength(1);
  const evicted = await info(server, 'evicted_keys');
  for (let at = 0; at < 20; at += 1) await server.send('SET', `n:${at}`, 'x'.repeat(100_000));
  expect(await info(server, 'evicted_keys')).toBe(evicted);
});

test('a lower limit deletes what the plan said, a step at a time', async () => {
  const server = await start({ args: ['--maxmemory', '60mb', '--maxmemory-policy', 'allkeys-random'] });
  for (let at = 0; at < 550; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
  const keys = Number(await server.send('DBSIZE'));
  const plan = await doAs(alone(server, { memoryLimitBytes: 80 * MIB }), 'lower-maxmemory', server);
  expect(plan.risk).toBe('destructive');
  const told = Number(/deletes about (\d+) of/.exec(plan.impact.join(' '))?.[1]);
  await vi.waitFor(async () => expect(Number(await server.send('DBSIZE'))).toBeLessThan(keys), 5000);
  await vi.waitFor(
    async () =>
      expect(Number(await info(server, 'used_memory'))).toBeLessThanOrEqual(Number(await info(server, 'maxmemory'))),
    5000,
  );
  const gone = keys - Number(await server.send('DBSIZE'));
  expect(gone).toBeGreaterThan(told * 0.5);
  expect(gone).toBeLessThan(told * 2 + 10);
});

function connection(server: RedisServer): { socket: Socket; closed(): boolean; answered(): boolean } {
  let closed = false;
  let answered = false;
  const socket = connect(server.port, server.host)
    .on('error', () => undefined)
    .on('close', () => {
      closed = true;
    })
    .on('data', () => {
      answered = true;
    });
  running.push({ stop: async () => void socket.destroy() });
  return { socket, closed: () => closed, answered: () => answered };
}
