import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { type Address, nodeName } from '../../src/domain/target.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { type Deployment, mustPlanFor, refusalFor } from '../support/carry-out.ts';
import { type Cuttable, startCuttable } from '../support/cuttable.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { asTold, command, doing, queued } from '../support/runs.ts';
import { plainTarget } from '../support/target.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function follow(primary: Address, args: readonly string[] = []): Promise<RedisServer> {
  const replica = await start({ args, replicaOf: { host: primary.host, port: primary.port } });
  await shows(replica, 'master_link_status', 'up');
  return replica;
}

async function shows(server: RedisServer, field: string, value: string | RegExp): Promise<void> {
  const seen = async () => parseInfo(textReply(await server.send('INFO', 'everything'))).text(field) ?? '';
  await vi.waitFor(async () => expect(await seen()).toMatch(value), 15_000);
}

const group = (...servers: RedisServer[]): Deployment => ({
  seeds: servers,
  all: servers,
  target: { kind: 'replication', memoryLimitBytes: 2 ** 30 },
});

/** A replica with a hundred keys behind a network that can fall silent, so that its link looks well. */
async function overANetwork(args: readonly string[] = []): Promise<[RedisServer, RedisServer, Cuttable]> {
  const primary = await start({ args });
  for (let at = 0; at < 100; at += 1) await primary.send('SET', `key:${at}`, 'x'.repeat(1000));
  const network = await startCuttable(primary);
  running.push(network);
  const replica = await follow(network, ['--repl-timeout', '3600']);
  await primary.send('SET', 'last', '1');
  await shows(primary, 'slave0', /offset=[1-9]/);
  return [primary, replica, network];
}

describe('a replica is not repaired by what destroys more', () => {
  test('its link is not dropped where the backlog no longer has what it lacks', async () => {
    const [primary, replica, network] = await overANetwork(['--repl-backlog-size', '16kb']);
    network.silence();
    for (let at = 0; at < 50; at += 1) await primary.send('SET', `key:${at}`, 'y'.repeat(1000));
    network.heal();
    expect(await refusalFor(group(primary, replica), 'reconnect-replica', replica)).toContain('would need a full copy');
  });

  test('it does not copy a primary that has lost its data', async () => {
    const [primary, replica, network] = await overANetwork();
    network.silence();
    await primary.send('FLUSHALL');
    await primary.send('SET', 'a', '1');
    network.heal();
    expect(await refusalFor(group(primary, replica), 're-slave', replica)).toContain('last good data');
    expect(await replica.send('DBSIZE')).toBe(101);
  });

  test('nor one that is a replica itself', async () => {
    const primary = await start();
    const middle = await follow(primary);
    const last = await follow(middle);
    expect(await refusalFor(group(primary, middle, last), 're-slave', last)).toContain('repair its own link first');
  });

  test('a primary is never turned into the replica of its own replica', async () => {
    const primary = await start();
    const replica = await follow(primary);
    expect(await refusalFor(group(primary, replica), 'repoint-replica', primary)).not.toBe('');
    expect(await refusalFor(group(primary, replica), 're-slave', primary)).toContain('is not a replica');
  });
});

describe('memory', () => {
  test('what an empty server takes beside its data is no memory to give back', async () => {
    const server = await start();
    expect(await refusalFor(group(server), 'memory-purge', server)).toContain('there is nothing to give back');
  });

  test('what waits for replicas does not count against maxmemory, and is no reason to raise it', async () => {
    const primary = await start({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
    const replica = await follow(primary);
    replica.kill('SIGSTOP');
    for (let at = 0; at < 60; at += 1) await primary.send('SET', 'one key', 'x'.repeat(1_000_000));
    await vi.waitFor(async () => expect(await bytesOf(primary, 'used_memory')).toBeGreaterThan(25_000_000), 15_000);
    expect(await primary.send('SET', 'still', 'taken')).toBe('OK');
    const refused = await refusalFor(group(primary), 'raise-maxmemory', primary);
    expect(refused).toContain('that is not too full');
  });
});

describe('settings', () => {
  test('a replica is not opened for writes that its next copy would wipe', async () => {
    const primary = await start();
    const replica = await follow(primary);
    const asked = { parameter: 'replica-read-only', value: 'no' };
    expect(await refusalFor(group(primary, replica), 'set-parameter', replica, asked)).not.toBe('');
  });

  test('no more replicas are required than are in touch', async () => {
    const primary = await start();
    const replica = await follow(primary);
    await primary.send('SET', 'a', '1');
    await shows(primary, 'slave0', /state=online/);
    const all = group(primary, replica);
    expect(await refusalFor(all, 'set-min-replicas', primary, { count: 2 })).toContain('every write would be refused');
    expect((await mustPlanFor(all, 'set-min-replicas', primary, { count: 1 })).commands).toHaveLength(1);
  });
});

test('a login that fails ends there: nothing is sent as the user that needs no password', async () => {
  const server = await start();
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>right', '~*', '+@all');
  const { probes } = await loadShelves();
  const servers = openServers(probes);
  const target = plainTarget({ seeds: [server], credentials: { username: 'medic', password: 'wrong' } });
  for (const opened of [await servers.write(server, target), await servers.read(server, target)]) {
    expect(opened).toMatchObject({ kind: 'refused', cause: 'auth-refused' });
  }
  const { calls } = await commandCalls(server);
  expect(
    calls.filter((name) => !['acl|setuser', 'auth', 'hello', 'info', 'ping', 'client|setname'].includes(name)),
  ).toEqual([]);
});

test('another server behind the same address, as behind a proxy, gets nothing that was approved for the first', async () => {
  const [first, second] = [await start(), await start()];
  const behind = { host: first.host, port: first.port };
  const proxy = await startCuttable(behind);
  running.push(proxy);
  const target = plainTarget({ seeds: [proxy] });
  const store = await freshStore();
  running.push({ stop: () => store.close() });
  const ports = asTold(await realPorts(store, [target], [ALEX]));
  const node = nodeName(proxy);
  const runId = parseInfo(textReply(await first.send('INFO', 'server'))).text('run_id') ?? '';
  const expects = [{ node, reading: 'server.run_id', value: runId }];
  const step = doing([command(proxy, ['CONFIG', 'SET', 'timeout', '77'])], { expects });
  const id = await queued(ports, target, [step]);
  behind.port = second.port;
  proxy.cut();
  proxy.heal();
  await executeRun(ports, id);
  const ended = await store.transaction((tx) => tx.run(id));
  expect(ended).toMatchObject({ state: 'refused', note: expect.stringContaining(`run_id of ${node} was ${runId}`) });
  expect(await second.send('CONFIG', 'GET', 'timeout')).toEqual(['timeout', '0']);
});

async function bytesOf(server: RedisServer, field: string): Promise<number> {
  return parseInfo(textReply(await server.send('INFO', 'memory'))).number(field) ?? 0;
}

async function commandCalls(server: RedisServer): Promise<{ calls: string[] }> {
  const stats = textReply(await server.send('INFO', 'commandstats'));
  return { calls: [...stats.matchAll(/cmdstat_([a-z|]+):/g)].map(([, name = '']) => name) };
}
