import { mkdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Expectation, Plan, PlannedCommand } from '../../src/domain/action.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { readNodes, type Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName } from '../../src/domain/target.ts';
import { drift, fingerprint } from '../../src/flow/fingerprint.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';

const { probes, actions } = await loadShelves();

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function startGroup(args: readonly string[] = [], replicas = 2): Promise<[RedisServer, ...RedisServer[]]> {
  const primary = await start({ args: ['--repl-diskless-sync-delay', '0', ...args] });
  const others = await Promise.all(Array.from({ length: replicas }, () => start({ args, replicaOf: primary })));
  await Promise.all(others.map((replica) => linked(replica)));
  return [primary, ...others];
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(field);
}

async function linked(replica: RedisServer): Promise<void> {
  await vi.waitFor(async () => expect(await info(replica, 'master_link_status')).toBe('up'), 15_000);
}

async function copied(replica: RedisServer): Promise<void> {
  await vi.waitFor(async () => expect(await replica.send('GET', 'a')).toBe('1'), 15_000);
}

function planOn(snapshot: Snapshot, id: string, args: unknown = {}, at = 0): Plan<unknown> {
  const node = readNodes(snapshot)[at];
  const plan = node && actions.get(id)?.plan(args, snapshot, node);
  if (!plan || 'refused' in plan) throw new Error(plan ? plan.refused : `no ${id}`);
  return plan;
}

async function run(servers: readonly RedisServer[], commands: readonly PlannedCommand[]): Promise<void> {
  for (const { node, argv } of commands) {
    const server = servers.find((one) => nodeName(one) === node);
    const [head, ...words] = argv;
    expect(await server?.send(head, ...words)).not.toHaveProperty('message');
  }
}

/** The last expectation about each reading: later commands of a plan undo what earlier ones show. */
function atTheEnd(commands: readonly PlannedCommand[]): Expectation[] {
  const last = new Map(commands.flatMap(({ applied }) => applied.map((one) => [`${one.node} ${one.reading}`, one])));
  return [...last.values()];
}

async function changed(servers: readonly RedisServer[], expects: readonly Expectation[]) {
  return drift(expects, await observe(servers, probes, { seconds: 0 }), probes).changed;
}

/** Plans, plans again, runs, looks, undoes, looks. */
async function thereAndBack(servers: readonly RedisServer[], id: string, args: unknown, target = {}) {
  const snapshot = await observe(servers, probes, { target });
  const plan = planOn(snapshot, id, args);
  const oneLook = await observe(servers, probes, { target, seconds: 0 });
  expect(planOn(oneLook, id, plan.args).commands, 'planned again as it is before it runs').toEqual(plan.commands);
  const before = fingerprint(plan.watches, snapshot, probes);
  await run(servers, plan.commands);
  expect(await changed(servers, atTheEnd(plan.commands)), 'applied').toEqual([]);
  expect((await changed(servers, before)).length, 'the watched values show it').toBeGreaterThan(0);
  if (typeof plan.undo === 'string') return plan;
  await run(servers, plan.undo);
  expect(await changed(servers, [...before, ...atTheEnd(plan.undo)]), 'undone').toEqual([]);
  return plan;
}

describe('settings go there and back on a primary and its replicas', () => {
  test('raise-maxmemory, whatever is in use', async () => {
    const servers = await startGroup();
    const [primary] = servers;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 40 }),
        fc.double({ min: 0.5, max: 0.85, noNaN: true }),
        async (mib, fill) => {
          const used = Number(await info(primary, 'used_memory'));
          for (const server of servers) await server.send('CONFIG', 'SET', 'maxmemory', String(used + mib * 4096));
          const plan = await thereAndBack(servers, 'raise-maxmemory', { fill });
          expect(plan.commands).toHaveLength(3);
          expect(plan.risk).toBe('reversible');
        },
      ),
      { numRuns: 5 },
    );
  });

  test('change-policy to one that evicts', async () => {
    const servers = await startGroup(['--maxmemory', '100mb']);
    const plan = await thereAndBack(servers, 'change-policy', { policy: 'allkeys-lru' }, { purpose: 'cache' });
    expect(plan.risk).toBe('destructive');
  });

  test('set-repl-backlog-size and set-replica-output-buffer', async () => {
    const servers = await startGroup();
    const [primary] = servers;
    let writing = true;
    const writer = (async () => {
      while (writing) {
        await primary.send('SET', 'k', 'v'.repeat(20_000));
        await sleep(20);
      }
    })();
    try {
      for (const id of ['set-repl-backlog-size', 'set-replica-output-buffer']) {
        expect((await thereAndBack(servers, id, {})).commands).toHaveLength(3);
      }
    } finally {
      writing = false;
      await writer;
    }
  });

  test('set-stop-writes lets writes through while snapshots fail', async () => {
    const server = await start({ args: ['--save', '3600 1'] });
    await breakSnapshots(server);
    expect(await server.send('SET', 'a', '1')).toMatchObject({ code: 'MISCONF' });
    const snapshot = await observe([server], probes);
    const plan = planOn(snapshot, 'set-stop-writes');
    await run([server], plan.commands);
    expect(await server.send('SET', 'a', '1')).toBe('OK');
    if (typeof plan.undo !== 'string') await run([server], plan.undo);
    expect(await server.send('SET', 'a', '1')).toMatchObject({ code: 'MISCONF' });
  });

  test('enable-aof writes the data and then every change', async () => {
    const server = await start();
    await server.send('SET', 'before', '1');
    await thereAndBack([server], 'enable-aof', {});
    await run([server], planOn(await observe([server], probes), 'enable-aof').commands);
    await vi.waitFor(async () => expect(await info(server, 'aof_rewrite_in_progress')).toBe('0'), 10_000);
    const base = Number(await info(server, 'aof_current_size'));
    await server.send('SET', 'after', '1');
    await vi.waitFor(async () => expect(Number(await info(server, 'aof_current_size'))).toBeGreaterThan(base), 10_000);
  });
});

/** A folder in the place of the file stops root as well, whom no permission stops. */
async function breakSnapshots(server: RedisServer): Promise<void> {
  await server.send('SET', 'before', '1');
  await mkdir(join(server.dir, 'dump.rdb', 'in-the-way'), { recursive: true });
  await server.send('BGSAVE');
  await vi.waitFor(async () => expect(await info(server, 'rdb_last_bgsave_status')).toBe('err'), 10_000);
}

describe('replication', () => {
  test('reconnect-replica drops the link and catches up without a full copy', async () => {
    const servers = await startGroup([], 1);
    const [primary, replica] = servers;
    if (!replica) throw new Error('no replica');
    await primary.send('SET', 'a', '1');
    await copied(replica);
    const fulls = await info(primary, 'sync_full');
    const partials = Number(await info(primary, 'sync_partial_ok'));
    const plan = planOn(await observe(servers, probes), 'reconnect-replica', {}, 1);
    await run(servers, plan.commands);
    await vi.waitFor(async () => expect(Number(await info(primary, 'sync_partial_ok'))).toBe(partials + 1), 10_000);
    await linked(replica);
    expect(await info(primary, 'sync_full')).toBe(fulls);
  });

  test('repoint-replica brings a replica home that held only a copy, and its way back is REPLICAOF', async () => {
    const servers = await startGroup([], 1);
    const [primary, replica] = servers;
    if (!replica) throw new Error('no replica');
    await primary.send('SET', 'a', '1');
    await copied(replica);
    await replica.send('REPLICAOF', '127.0.0.1', '1');
    const plan = planOn(await observe(servers, probes), 'repoint-replica', {}, 1);
    expect(plan.risk).toBe('disruptive');
    expect(plan.undo).toMatchObject([{ argv: ['REPLICAOF', '127.0.0.1', '1'] }]);
    await run(servers, plan.commands);
    await linked(replica);
    expect(await changed(servers, atTheEnd(plan.commands))).toEqual([]);
  });

  test('repoint-replica of a server with a history of its own is destructive', async () => {
    const primary = await start({ args: ['--repl-diskless-sync-delay', '0'] });
    const stranger = await start({ replicaOf: { host: '127.0.0.1', port: 1 } });
    await primary.send('SET', 'a', '1');
    await stranger.send('CONFIG', 'SET', 'replica-read-only', 'no');
    await stranger.send('SET', 'mine', '1');
    const plan = planOn(await observe([primary, stranger], probes), 'repoint-replica', {}, 1);
    expect(plan.risk).toBe('destructive');
    expect(plan.undo).toContain('replaced for good');
    await run([primary, stranger], plan.commands);
    await linked(stranger);
    expect(await stranger.send('GET', 'mine')).toBeNull();
  });

  test('re-slave takes a full copy and accepts no write on the way', async () => {
    const servers = await startGroup([], 1);
    const [primary, replica] = servers;
    if (!replica) throw new Error('no replica');
    await primary.send('SET', 'a', '1');
    await copied(replica);
    const fulls = Number(await info(primary, 'sync_full'));
    const plan = planOn(await observe(servers, probes), 're-slave', {}, 1);
    expect(plan.risk).toBe('destructive');
    const answers: unknown[] = [];
    for (const command of plan.commands) {
      await run(servers, [command]);
      answers.push(await replica.send('SET', 'window', '1'));
    }
    expect(answers.map((answer) => (answer as { code: string }).code)).toEqual([
      'READONLY',
      'NOREPLICAS',
      'READONLY',
      'READONLY',
    ]);
    await linked(replica);
    expect(Number(await info(primary, 'sync_full'))).toBe(fulls + 1);
    expect(await changed(servers, atTheEnd(plan.commands))).toEqual([]);
    expect(await replica.send('GET', 'a')).toBe('1');
  });
});

test('bgsave makes a snapshot that was missing', async () => {
  const server = await start();
  await server.send('SET', 'a', '1');
  const plan = planOn(await observe([server], probes), 'bgsave');
  await run([server], plan.commands);
  await vi.waitFor(async () => expect(await info(server, 'rdb_changes_since_last_save')).toBe('0'), 10_000);
  expect(await info(server, 'rdb_last_bgsave_status')).toBe('ok');
});

test('kill-client closes the connection that does not read, and no other', async () => {
  const server = await start();
  await server.send('SET', 'big', 'x'.repeat(1_000_000));
  const hoarder = connect(server.port, server.host);
  const bystander = connect(server.port, server.host);
  const closed = new Set<Socket>();
  for (const socket of [hoarder, bystander]) {
    socket.on('error', () => undefined).on('close', () => closed.add(socket));
    running.push({ stop: async () => void socket.destroy() });
  }
  hoarder.pause();
  hoarder.write('GET big\r\n'.repeat(60));
  bystander.write('PING\r\n');
  const plan = await vi.waitFor(async () => planOn(await observe([server], probes), 'kill-client'), 10_000);
  expect(plan.commands).toHaveLength(1);
  await run([server], plan.commands);
  hoarder.resume();
  await vi.waitFor(() => expect(closed).toContain(hoarder), 10_000);
  expect(closed).not.toContain(bystander);
  const again = await observe([server], probes);
  expect(() => planOn(again, 'kill-client', plan.args)).toThrow('no longer the connection');
});
