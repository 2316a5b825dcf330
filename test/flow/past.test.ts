import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { KeptSample } from '../../src/domain/kept-sample.ts';
import { rate, textReply } from '../../src/domain/probe.ts';
import { type ReadNode, readingOf, type Snapshot, windowOf } from '../../src/domain/snapshot.ts';
import { nodeName } from '../../src/domain/target.ts';
import { observe } from '../../src/flow/observe.ts';
import { kept, type Past } from '../../src/flow/past.ts';
import type { Sample } from '../../src/flow/sample.ts';
import { look } from '../../src/flow/watch/look.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import aclUsers from '../../src/probes/acl-users.ts';
import requirepass from '../../src/probes/requirepass.ts';
import slowlog from '../../src/probes/slowlog.ts';
import stats from '../../src/probes/stats.ts';
import { counting } from '../support/counting.ts';
import { plainTarget } from '../support/target.ts';

const { probes } = await loadShelves();
const real = openServers(probes);
const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms) };
const running: RedisServer[] = [];

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** What `watch` has of these servers, as if it were from so long ago. */
async function pastOf(servers: readonly RedisServer[], agoMs: number): Promise<Past> {
  const looking = { servers: real, probes: [...probes.values()], clock };
  const seen = await look(looking, plainTarget({ seeds: servers }), new Map());
  const samples = seen.servers.map((one): [string, KeptSample] => {
    if (one.kind === 'unread') throw new Error(one.detail);
    return [one.member.name, { ...kept(one.sample), at: Date.now() - agoMs }];
  });
  return { samples: new Map(samples), series: new Map() };
}

async function observed(seeds: readonly RedisServer[], past: Past, seconds = 30) {
  const servers = counting(real);
  const snapshot = await observe({ servers, probes, clock }, plainTarget({ seeds }), { seconds, past });
  return { snapshot, trips: servers.trips, opened: servers.opened };
}

function read(snapshot: Snapshot, server: RedisServer): ReadNode {
  const node = snapshot.nodes.find(({ name }) => name === nodeName(server));
  if (node?.kind !== 'read') throw new Error(`not read: ${JSON.stringify(node)}`);
  return node;
}

test('a kept sample is the first of the pair: no waiting, one connection and one round trip a node', async () => {
  const primary = await start();
  const replica = await start({ replicaOf: primary });
  while (!textReply(await replica.send('INFO', 'replication')).includes('master_link_status:up')) await sleep(50);
  const past = await pastOf([primary], 15_000);
  await primary.send('EVAL', 'for i=1,3000 do redis.call("PING") end', '0');
  const { snapshot, trips, opened } = await observed([primary], past);
  expect(snapshot.tookMs).toBeLessThan(2000);
  expect(opened.sort()).toEqual([primary, replica].map(({ port }) => String(port)).sort());
  expect(trips).toHaveLength(2);
  const reading = readingOf(read(snapshot, primary), stats);
  expect(reading.seconds).toBeGreaterThan(14.9);
  expect(reading.seconds).toBeLessThan(17);
  expect(rate(reading, (one) => one.total_commands_processed)).toBeGreaterThan(150);
  expect(readingOf(read(snapshot, primary), slowlog).before).toBeDefined();
  expect(windowOf(snapshot)).toBeGreaterThan(14.9);
  expect(readingOf(read(snapshot, replica), stats).before).toBeDefined();
  // Also what depends on earlier answers and on how a stranger was met.
  expect(readingOf(read(snapshot, primary), aclUsers).now).toMatchObject([{ name: 'default' }]);
  expect(readingOf(read(snapshot, primary), requirepass).now).toEqual({ isSet: false });
});

test.each([
  ['too old', 121_000],
  ['from the future', -5000],
])('a sample that is %s is none', async (_what, agoMs) => {
  const server = await start();
  const { snapshot } = await observed([server], await pastOf([server], agoMs), 0.2);
  expect(readingOf(read(snapshot, server), stats).seconds).toBeLessThan(2);
});

test('one that is younger than a second is waited for', async () => {
  const server = await start();
  const { snapshot } = await observed([server], await pastOf([server], 300));
  expect(readingOf(read(snapshot, server), stats).seconds).toBeGreaterThanOrEqual(1);
  expect(snapshot.tookMs).toBeLessThan(2500);
});

test('after a restart the server gets a pair of its own, and so does one that is new', async () => {
  const [stays, restarts] = [await start(), await start()];
  const past = await pastOf([stays, restarts], 10_000);
  await restarts.stop();
  const again = await start({ port: restarts.port });
  const { snapshot } = await observed([stays, again], past, 0.3);
  expect(readingOf(read(snapshot, stays), stats).seconds).toBeGreaterThan(9);
  const own = readingOf(read(snapshot, again), stats);
  expect(own.before).toBeDefined();
  expect(own.seconds).toBeLessThan(3);
});

test('a kept server that is no member any more is not in the snapshot', async () => {
  const [member, stranger] = [await start(), await start()];
  const past = await pastOf([member, stranger], 10_000);
  await stranger.stop();
  const { snapshot } = await observed([member], past);
  expect(snapshot.nodes.map(({ name }) => name)).toEqual([nodeName(member)]);
});

test('without seconds between there is no pair, whatever is kept', async () => {
  const server = await start();
  const { snapshot } = await observed([server], await pastOf([server], 10_000), 0);
  expect(readingOf(read(snapshot, server), stats).before).toBeUndefined();
  expect(windowOf(snapshot)).toBeUndefined();
});

test('a sample holds what was known when it was asked for, and no other samples', async () => {
  const server = await start();
  const looking = { servers: real, probes: [...probes.values()], clock };
  const seen = async (before: ReadonlyMap<string, Sample>) => {
    const [one] = (await look(looking, plainTarget({ seeds: [server] }), before)).servers;
    if (one?.kind !== 'seen') throw new Error('not seen');
    return new Map([[one.member.name, one.sample]]);
  };
  const third = (await seen(await seen(await seen(new Map())))).get(nodeName(server));
  expect(Object.keys(third?.asked ?? {}).sort()).toEqual(['identity', 'info']);
});

test('the series comes with the snapshot', async () => {
  const server = await start();
  const series = new Map([[nodeName(server), [{ at: 1, runId: 'a', role: 'primary' as const, values: {} }]]]);
  const { snapshot } = await observed([server], { samples: new Map(), series }, 0.1);
  expect(snapshot.series).toBe(series);
});

test('of slow commands the arguments are not kept', async () => {
  const server = await start({ args: ['--slowlog-log-slower-than', '0'] });
  await server.send('SET', 'user:4711', 'a-secret');
  const past = await pastOf([server], 0);
  const [sample] = past.samples.values();
  const text = JSON.stringify([...(sample?.answers ?? [])]);
  expect(text).toContain('["SET","?","?"]');
  expect(text).not.toMatch(/user:4711|a-secret/);
});
