import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { KeySample } from '../../../src/domain/keys/key-sample.ts';
import type { ScanPlace } from '../../../src/domain/keys/key-scan.ts';
import { nodeNamed, type ProbeOutcome, readingIfAny } from '../../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import { type KeyOptions, sampleKeys } from '../../../src/flow/keys/sample-keys.ts';
import { KEY_BUDGET } from '../../../src/flow/keys/scan-options.ts';
import { openServers } from '../../../src/io/redis/servers.ts';
import { loadShelves } from '../../../src/io/shelves.ts';
import keySample from '../../../src/probes/key-sample.ts';
import { pipeline, populate } from '../../lab/lab.ts';
import { observe } from '../../support/observe.ts';

const { probes } = await loadShelves();
/** The test machine may be busy with other tests. */
const CALM = { ...KEY_BUDGET, wallMs: 60_000, noiseMs: 10_000 };
const servers = openServers(probes);
const clock = {
  now: () => Date.now(),
  sleep: async (ms: number) => {
    await sleep(ms);
  },
};

const running: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(...options: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...options);
  running.push(server);
  return server;
}

async function outcomeOf(
  server: RedisServer,
  options: KeyOptions = {},
  target: Partial<Target> = {},
): Promise<ProbeOutcome> {
  const snapshot = await observe([server], probes, { seconds: 0, target });
  const deep = await sampleKeys({ servers, probes, clock }, snapshot, { budget: CALM, ...options });
  const node = nodeNamed(deep, nodeName(server));
  const outcome = node?.kind === 'read' ? node.outcomes.get(keySample) : undefined;
  if (!outcome) throw new Error('the node was not read');
  return outcome;
}

async function sampleOf(...asked: Parameters<typeof outcomeOf>): Promise<KeySample> {
  const outcome = await outcomeOf(...asked);
  if (outcome.kind === 'unanswered') throw new Error(outcome.reason);
  return outcome.reading.now as KeySample;
}

test('a small server is seen whole: types, families, expiry, the biggest and a stream', async () => {
  const server = await start();
  await populate(server, 300, 50);
  await pipeline(server, [
    ...Array.from({ length: 200 }, (_none, at) => ['SET', `session:${at}abc`, 'x', 'EX', '1000']),
    ...Array.from({ length: 5000 }, (_none, at) => ['HSET', 'cart:77', `field${at}`, 'v'.repeat(30)]),
    ['XADD', 'events', '1-1', 'a', 'b'],
    ['XGROUP', 'CREATE', 'events', 'readers', '0'],
  ]);
  await server.send('XREADGROUP', 'GROUP', 'readers', 'worker', 'STREAMS', 'events', '>');
  const sample = await sampleOf(server);
  expect(sample).toMatchObject({ node: nodeName(server), total: 502, seen: 502, ended: 'complete', denied: [] });
  expect(sample.types.map(({ type, keys }) => [type, keys])).toEqual([
    ['string', 500],
    ['hash', 1],
    ['stream', 1],
  ]);
  const family = (name: string) => sample.families.find((one) => one.family === name);
  expect(family('session:*')).toMatchObject({ keys: 200, withoutTtl: 0, ttlKnown: 200, smallStrings: 200 });
  expect(family('key:*')).toMatchObject({ keys: 300, withoutTtl: 300 });
  expect(sample.biggest.find(({ type }) => type === 'hash')).toMatchObject({
    family: 'cart:*',
    encoding: 'hashtable',
    ttlMs: null,
  });
  expect(sample.streams).toEqual([
    expect.objectContaining({ family: '*', length: 1, groups: 1, pending: 1, lag: 0, idleGroups: 0 }),
  ]);
});

test('names of keys stay with the server unless the target shows them, and may be any bytes', async () => {
  const server = await start();
  const secret = 'mail:jane.doe@example.com';
  await server.send('SET', secret, 'x'.repeat(200_000));
  await pipeline(server, [['SET', '\u0000\u00ff\n', 'v']]);
  const masked = await sampleOf(server);
  expect(masked.seen).toBe(2);
  expect(JSON.stringify(masked)).not.toMatch(/jane|doe/);
  const shown = await sampleOf(server, {}, { keyNames: 'shown' });
  expect(shown.biggest.map(({ name }) => name)).toContain(secret);
});

test('a replica is asked first, and what it tells counts for its group', async () => {
  const primary = await start();
  await populate(primary, 50);
  const replica = await start({ replicaOf: primary });
  await expect.poll(() => replica.send('DBSIZE')).toBe(50);
  const snapshot = await observe([primary], probes, { seconds: 0, target: { kind: 'replication' } });
  const deep = await sampleKeys({ servers, probes, clock }, snapshot);
  const told = deep.nodes.map((node) => (node.kind === 'read' ? readingIfAny(node, keySample)?.now.node : undefined));
  expect(told).toEqual([nodeName(replica), nodeName(replica)]);
  expect(await primary.send('INFO', 'commandstats')).not.toMatch(/cmdstat_scan/);
});

test('the budget ends it, the next scan goes on from there, and a restart of the server begins anew', async () => {
  const server = await start();
  await populate(server, 1000);
  const places = new Map<string, ScanPlace>();
  const progress: KeyOptions['progress'] = (node, { place }) => {
    if (place) places.set(node, place);
    else places.delete(node);
  };
  const budget = { ...CALM, keys: 400, measured: 100 };
  const first = await sampleOf(server, { budget, progress });
  expect(first).toMatchObject({ ended: 'keys', total: 1000 });
  expect(first.seen).toBeLessThan(700);
  const from = new Map(places);
  expect(from.get(nodeName(server))?.cursor).not.toBe('0');
  const rest = await sampleOf(server, { from, budget: { ...budget, keys: 5000 } });
  expect(rest.ended).toBe('rest');
  expect(first.seen + rest.seen).toBeGreaterThanOrEqual(1000);
  const stale = new Map([[nodeName(server), { runId: 'another', db: 0, cursor: '7' }]]);
  expect(await sampleOf(server, { from: stale })).toMatchObject({ ended: 'complete', seen: 1000 });
});

test('queues that the target names are measured at both ends of the scan', async () => {
  const server = await start();
  await populate(server, 60);
  await pipeline(server, [['RPUSH', 'jobs', 'a']]);
  const sample = await sampleOf(
    server,
    { progress: () => void server.send('RPUSH', 'jobs', 'b', 'c').catch(() => undefined) },
    { queues: ['jobs', 'key:1'] },
  );
  expect(sample.queues).toEqual([{ name: 'jobs', before: 1, after: 3, seconds: expect.any(Number) }]);
});

test('it can be cancelled and keeps what it has seen', async () => {
  const server = await start();
  await populate(server, 2000);
  const enough = new AbortController();
  const sample = await sampleOf(server, {
    signal: enough.signal,
    progress: (_node, { sample: { seen } }) => {
      if (seen >= 200) enough.abort();
    },
  });
  expect(sample.ended).toBe('cancelled');
  expect(sample.seen).toBeLessThan(1000);
});

test('it stops by itself when the server answers slower than before', async () => {
  const server = await start();
  await populate(server, 20_000);
  let scanning = true;
  const hold = async () => {
    while (scanning) await server.send('DEBUG', 'SLEEP', '0.03').catch(() => undefined);
  };
  let held: Promise<void> | undefined;
  const sample = await sampleOf(server, {
    budget: { ...CALM, noiseMs: 3 },
    progress: (_node, { sample: { seen } }) => {
      // Somebody else makes it slow from here on.
      if (seen > 300) held ??= hold();
    },
  });
  scanning = false;
  await held;
  expect(sample.ended).toBe('latency');
  expect(sample.seen).toBeLessThan(5000);
});

test('without the right it is not assessed and the missing permission is named; with half of it the rest is told', async () => {
  const server = await start();
  await populate(server, 20);
  await server.send('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+info', '+ping', '+config|get', '+client|list');
  const login = (username: string) => ({ credentials: { username, password: 'pw' } });
  expect(await outcomeOf(server, {}, login('blind'))).toEqual({ kind: 'unanswered', reason: 'NOPERM: scan' });
  await server.send('ACL', 'SETUSER', 'half', 'on', '>pw', '~*', '+info', '+ping', '+scan', '+type', '+strlen');
  expect(await sampleOf(server, {}, login('half'))).toMatchObject({
    seen: 20,
    denied: ['memory|usage', 'object|encoding', 'object|idletime', 'pttl'],
    types: [{ type: 'string', keys: 20, bytes: null }],
  });
});

test('looking leaves no trace in how keys are used, where the server knows how to', async () => {
  const server = await start();
  await server.send('SET', 'k', 'v');
  await sleep(1100);
  const before = await server.send('OBJECT', 'IDLETIME', 'k');
  await sampleOf(server);
  expect(Number(await server.send('OBJECT', 'IDLETIME', 'k'))).toBeGreaterThanOrEqual(Number(before));
});
