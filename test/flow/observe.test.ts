import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { defineProbe, rate, textReply } from '../../src/domain/probe.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import { type Node, nodeAt, type ReadNode, readingOf, type Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { observe } from '../../src/flow/observe.ts';
import type { Clock } from '../../src/flow/ports.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import slowlog from '../../src/probes/slowlog.ts';
import stats from '../../src/probes/stats.ts';

const { probes } = await loadShelves();
const servers = openServers(probes);
const clock: Clock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) };
const running: RedisServer[] = [];

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

function targetOf(server: { host: string; port: number }, more: Partial<Target> = {}): Target {
  return { ...targetFromUrl(`redis://${server.host}:${server.port}`), ...more };
}

function look(target: Target, seconds = 0.2, between?: () => Promise<unknown>): Promise<Snapshot> {
  const slow: Clock = {
    ...clock,
    async sleep(ms, signal) {
      await between?.();
      await clock.sleep(ms, signal);
    },
  };
  return observe({ servers, probes, clock: slow }, target, { seconds });
}

function read(node: Node | undefined): ReadNode {
  if (node?.kind !== 'read') throw new Error(`not read: ${JSON.stringify(node)}`);
  return node;
}

async function replicated(...replicas: readonly RedisServer[]): Promise<void> {
  for (const replica of replicas) {
    while (!textReply(await replica.send('INFO', 'replication')).includes('master_link_status:up')) await sleep(50);
  }
}

test('counters of two moments make rates, over the seconds that really passed', async () => {
  const server = await start();
  const snapshot = await look(targetOf(server), 0.3, () =>
    server.send('EVAL', 'for i=1,300 do redis.call("PING") end', '0'),
  );
  const node = read(snapshot.nodes[0]);
  expect(node).toMatchObject({
    name: nodeName(server),
    origin: 'seed',
    identity: { role: 'primary', engine: 'redis' },
  });
  const reading = readingOf(node, stats);
  expect(reading.seconds).toBeGreaterThanOrEqual(0.3);
  expect(reading.seconds).toBeLessThan(3);
  expect(rate(reading, (one) => one.total_commands_processed)).toBeGreaterThan(100);
  expect(snapshot.tookMs).toBeGreaterThanOrEqual(300);
  // Others need a Sentinel, the host, the keys, or an engine that is not everywhere.
  const asked = [...node.outcomes].filter(([{ asks }]) => asks === 'server');
  const reasons = asked.flatMap(([, outcome]) => (outcome.kind === 'unanswered' ? [outcome.reason] : []));
  expect(
    reasons.filter((reason) => !/needs (Redis|Valkey)|newer only|only where|host was not looked at/.test(reason)),
  ).toEqual([]);
});

test('our own questions add nothing between the samples but themselves', async () => {
  const server = await start();
  const reading = readingOf(read((await look(targetOf(server))).nodes[0]), stats);
  expect(reading.now.total_commands_processed - (reading.before?.total_commands_processed ?? 0)).toBe(1);
  expect(reading.now.total_connections_received).toBe(reading.before?.total_connections_received);
});

test('without time between there is one sample and no pair', async () => {
  const server = await start();
  const reading = readingOf(read((await look(targetOf(server), 0)).nodes[0]), stats);
  expect(reading).toMatchObject({ seconds: 0 });
  expect(reading.before).toBeUndefined();
});

test('a group is found whole from either end, each server once', async () => {
  const primary = await start();
  const replicas = await Promise.all([start({ replicaOf: primary }), start({ replicaOf: primary })]);
  await replicated(...replicas);
  for (const seed of [primary, ...replicas]) {
    const snapshot = await look(targetOf(seed));
    expect(snapshot.nodes[0]).toMatchObject({ name: nodeName(seed), origin: 'seed' });
    expect(snapshot.nodes.map((node) => node.name).sort()).toEqual([primary, ...replicas].map(nodeName).sort());
    expect(snapshot.nodes.every((node) => node.kind === 'read')).toBe(true);
  }
});

test('a server named in two ways is one node, found by both', async () => {
  const primary = await start({ args: ['--bind', '127.0.0.1', '127.0.0.2'] });
  const replica = await start({ replicaOf: { host: '127.0.0.2', port: primary.port } });
  await replicated(replica);
  const seed = { host: 'localhost', port: primary.port };
  const snapshot = await look(targetOf(seed, { seeds: [seed, primary, { host: '127.0.0.2', port: primary.port }] }));
  expect(snapshot.nodes.map((node) => node.name)).toHaveLength(2);
  expect(snapshot.nodes[0]?.name).toBe(nodeName(seed));
  expect(nodeAt(snapshot, { host: '127.0.0.2', port: primary.port })).toBe(snapshot.nodes[0]);
});

test('a primary that is gone keeps its place, with who told of it', async () => {
  const port = await freePort();
  const replica = await start({ replicaOf: { host: '127.0.0.1', port } });
  const { nodes } = await look(targetOf(replica));
  expect(nodes).toMatchObject([
    { kind: 'read' },
    {
      kind: 'unread',
      name: `127.0.0.1:${port}`,
      origin: { reportedBy: nodeName(replica), as: 'primary' },
      cause: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    },
  ]);
});

test('a restart between the samples is read, but not as a pair', async () => {
  const server = await start();
  const snapshot = await look(targetOf(server), 0.1, async () => {
    await server.stop();
    await start({ port: server.port });
  });
  const node = read(snapshot.nodes[0]);
  const reading = readingOf(node, stats);
  expect(node.replacedRunId).toMatch(/^[0-9a-f]{40}$/);
  expect(node.replacedRunId).not.toBe(node.identity.runId);
  expect(reading.before).toBeUndefined();
  expect(reading.seconds).toBe(0);
});

test('counters that were reset between the samples are not a pair', async () => {
  const server = await start();
  await server.send('EVAL', 'for i=1,50 do redis.call("PING") end', '0');
  for (let i = 0; i < 20; i += 1) await server.send('PING');
  const snapshot = await look(targetOf(server), 0.1, () => server.send('CONFIG', 'RESETSTAT'));
  expect(readingOf(read(snapshot.nodes[0]), stats).before).toBeUndefined();
});

test('a server that dies or stops between the samples says how', async () => {
  const [dies, stops] = await Promise.all([start(), start()]);
  const target = targetOf(dies, { seeds: [dies, stops] });
  const { nodes } = await look(target, 0.1, async () => {
    await dies.stop();
    stops.kill('SIGSTOP');
  });
  expect(nodes).toMatchObject([
    { kind: 'unread', cause: 'unreachable', name: nodeName(dies), origin: 'seed' },
    { kind: 'unread', cause: 'hung', name: nodeName(stops), origin: 'seed' },
  ]);
});

test('what the user may not ask is unanswered, with the command in the reason', async () => {
  const server = await start();
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+info', '+config|get');
  const { nodes } = await look(targetOf(server, { credentials: { username: 'medic', password: 'pw' } }));
  const node = read(nodes[0]);
  expect(node.outcomes.get(slowlog)).toEqual({ kind: 'unanswered', reason: 'NOPERM: slowlog|get' });
  expect(readingOf(node, stats).before).toBeDefined();
  const refused = readingOf(node, stats);
  expect(refused.now.acl_access_denied_cmd).toBe(refused.before?.acl_access_denied_cmd);
});

test('a command that the server lacks is unanswered, with its name', async () => {
  const server = await start({ args: ['--rename-command', 'SLOWLOG', ''] });
  const { nodes } = await look(targetOf(server));
  expect(read(nodes[0]).outcomes.get(slowlog)).toEqual({ kind: 'unanswered', reason: 'unknown command: slowlog|get' });
});

test('no permission for INFO, and INFO renamed, leave the server unread', async () => {
  const [barred, renamed] = await Promise.all([start(), start({ args: ['--rename-command', 'INFO', ''] })]);
  await barred.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+ping');
  const { nodes } = await look(targetOf(barred, { credentials: { username: 'medic', password: 'pw' } }));
  expect(nodes).toMatchObject([{ kind: 'unread', cause: 'no-permission', detail: expect.stringContaining('NOPERM') }]);
  expect((await look(targetOf(renamed))).nodes).toMatchObject([{ kind: 'unread', cause: 'no-permission' }]);
});

test('a script that runs too long is busy, with the password known or not', async () => {
  const server = await start({ args: ['--busy-reply-threshold', '50', '--requirepass', 'pw'] });
  const script = server.send('EVAL', 'while true do end', '0').catch(() => 'ended');
  await sleep(200);
  const { nodes } = await look(targetOf(server, { credentials: { password: 'pw' } }));
  expect(nodes).toMatchObject([{ kind: 'unread', cause: 'busy', detail: expect.stringMatching(/^BUSY/) }]);
  expect((await look(targetOf(server))).nodes).toMatchObject([{ kind: 'unread', cause: 'auth-required' }]);
  await server.send('SCRIPT', 'KILL');
  await script;
});

test('a probe that breaks hides nothing of the others', async () => {
  const server = await start();
  const broken = defineProbe<unknown>({
    sampled: 'once',
    allows: [],
    fields: {},
    commands: () => [],
    read: () => {
      throw new TypeError('x is undefined');
    },
  });
  const snapshot = await observe(
    { servers, probes: new Map([...probes, ['broken', broken]]), clock },
    targetOf(server),
    {
      seconds: 0,
    },
  );
  const node = read(snapshot.nodes[0]);
  expect(node.outcomes.get(broken)).toEqual({ kind: 'unanswered', reason: 'the probe failed: x is undefined' });
  expect(readingOf(node, stats).now).toBeDefined();
});

test('an aborted look ends at once and leaves no connection', async () => {
  const server = await start();
  const stop = new AbortController();
  const looking = observe({ servers, probes, clock }, targetOf(server), {
    seconds: 20,
    signal: stop.signal,
    progress: () => setTimeout(() => stop.abort(new Error('enough')), 50),
  });
  await expect(looking).rejects.toMatchObject({ name: 'AbortError' });
  await sleep(100);
  expect(textReply(await server.send('CLIENT', 'LIST'))).not.toContain('redis-medic');
});

test('a target whose every server is gone is a snapshot all the same', async () => {
  const port = await freePort();
  const snapshot = await look(targetOf({ host: '127.0.0.1', port }), 5);
  expect(snapshot.nodes).toMatchObject([{ kind: 'unread', cause: 'unreachable' }]);
  expect(snapshot.tookMs).toBeLessThan(2000);
});
