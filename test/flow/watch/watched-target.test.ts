import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { defineRule } from '../../../src/domain/rule.ts';
import { readingIfAny } from '../../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import type { WatchSettings } from '../../../src/domain/watch-settings.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { receive } from '../../../src/flow/triage.ts';
import { type WatchedTarget, watchTarget } from '../../../src/flow/watch/watched-target.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import { counting } from '../../support/counting.ts';
import { freshStore } from '../../support/databases.ts';
import { realPorts } from '../../support/real-ports.ts';
import { MASTER, settled, startSentinels } from '../../support/sentinels.ts';
import { plainTarget } from '../../support/target.ts';

const SETTINGS: WatchSettings = { everySeconds: 15, keepSeconds: 48 * 3600, raiseAfterSeconds: 120 };
const MB = 1024 * 1024;

let store: OpenStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

/** Time that passes without anybody waiting. */
let ahead = 0;
beforeEach(() => {
  ahead += 3_600_000;
});

interface Watched extends WatchedTarget {
  ports: Ports;
  /** Incidents whose diagnosis was asked for. */
  diagnosed: string[];
  trips: string[];
  opened: string[];
  /** Samples again and again, 15 s apart. */
  goOn(times: number): Promise<void>;
  /** What became of its threads. */
  incidents(): Promise<string[]>;
}

let targets = 0;

async function watched(
  seeds: readonly RedisServer[],
  more: Partial<Target> = {},
  settings = SETTINGS,
): Promise<Watched> {
  targets += 1;
  const name = `target-${targets}` as Target['name'];
  // Hours pass for us alone: the servers' clocks stay behind.
  const thresholds = { 'clock-skew': { warningSeconds: Number.MAX_SAFE_INTEGER } };
  const target = plainTarget({ seeds, purpose: 'store', thresholds, ...more, name });
  const real = await realPorts(store, [target], []);
  const servers = counting(real.servers);
  const clock = { ...real.clock, now: () => Date.now() + ahead };
  const diagnosed: string[] = [];
  const ports: Ports = {
    ...real,
    servers,
    clock,
    queue: { ...real.queue, diagnose: async (id) => void diagnosed.push(id) },
  };
  const one = watchTarget(ports, target, settings);
  running.push({ stop: async () => one.close() });
  return {
    ...one,
    ports,
    diagnosed,
    trips: servers.trips,
    opened: servers.opened,
    async goOn(times) {
      for (let left = times; left > 0; left -= 1) {
        ahead += 15_000;
        await one.sample();
      }
    },
    async incidents() {
      const all = await store.transaction((tx) => tx.incidents({ limit: 100 }));
      return all
        .filter((incident) => incident.target === name)
        .map((one) => `${one.state} ${one.openedBy}: ${one.resolution}`);
    },
  };
}

async function fill(server: RedisServer): Promise<void> {
  for (let at = 0; at < 18; at += 1) await server.send('SET', `k${at}`, 'x'.repeat(MB));
}

const full = () => start({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });

test('each look keeps a sample and a point, over one connection and in one round trip', async () => {
  const server = await start();
  const one = await watched([server]);
  await one.sample();
  expect(one.trips).toHaveLength(2);
  await one.goOn(2);
  expect(one.trips).toHaveLength(4);
  expect(one.opened).toHaveLength(1);
  const { name } = one.target;
  const [samples, series] = await store.transaction((tx) => Promise.all([tx.samplesOf(name), tx.seriesOf(name, 0)]));
  const points = series.get(nodeName(server)) ?? [];
  expect(points).toHaveLength(3);
  expect((points[2]?.at ?? 0) - (points[0]?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect(samples.get(nodeName(server))).toMatchObject({ at: points[2]?.at, runId: points[2]?.runId });
  expect(points[2]?.values.used_memory).toBeGreaterThan(0);
});

test.each(['named', 'found behind the address of one of them'])(
  'Sentinels are looked at like servers: %s',
  async (how) => {
    const primary = await start();
    const sentinels = await startSentinels({ primary, count: 1, quorum: 2 });
    running.push(...sentinels);
    await Promise.all(sentinels.map((sentinel) => settled(sentinel, 0)));
    const sentinel = { seeds: sentinels, master: MASTER, credentials: {} };
    const one = await watched(how === 'named' ? [] : sentinels, how === 'named' ? { sentinel } : {});
    await one.sample();
    await one.goOn(2);
    const { name } = one.target;
    const [samples, series] = await store.transaction((tx) => Promise.all([tx.samplesOf(name), tx.seriesOf(name, 0)]));
    expect([...samples.keys()].sort()).toEqual([primary, ...sentinels].map(nodeName).sort());
    expect([...series.keys()]).toEqual([nodeName(primary)]);
    await one.goOn(8);
    expect(await one.incidents()).toEqual(['open watch saw sentinel-ckquorum-failed: null']);
  },
);

test('a finding that stays for two minutes opens a thread by itself, and its end closes it', async () => {
  const server = await full();
  await fill(server);
  const one = await watched([server]);
  await one.sample();
  await one.goOn(7);
  expect(await one.incidents()).toEqual([]);
  await one.goOn(1);
  expect(await one.incidents()).toEqual(['open watch saw memory-near-maxmemory: null']);
  expect(one.diagnosed).toHaveLength(1);
  await one.goOn(10);
  expect(one.diagnosed).toHaveLength(1);
  await server.send('FLUSHALL');
  await one.goOn(8);
  expect(await one.incidents()).toEqual(['open watch saw memory-near-maxmemory: null']);
  await one.goOn(1);
  expect(await one.incidents()).toEqual(['resolved watch saw memory-near-maxmemory: what was found is gone']);
});

test('one that joins an open thread keeps it open until it is gone', async () => {
  const server = await full();
  await fill(server);
  const one = await watched([server]);
  const alert = { source: 'alertmanager', fingerprint: 'f', startsAt: 1, name: 'Down', summary: '', labels: {} };
  const send = (status: 'firing' | 'resolved') =>
    receive(one.ports, 'alertmanager', [{ kind: 'signal', signal: { ...alert, status } }], one.target);
  await send('firing');
  await one.sample();
  await one.goOn(9);
  await send('resolved');
  expect(await one.incidents()).toEqual(['open alert Down: null']);
  await server.send('FLUSHALL');
  await one.goOn(10);
  expect(await one.incidents()).toEqual(['resolved alert Down: the alert resolved']);
});

test('what needs more than a look asks is not raised before a closer look confirms it', async () => {
  const server = await start();
  const one = await watched([server]);
  const hasConfig = vi.fn<(known: boolean) => void>();
  const rule = defineRule({
    scope: 'node',
    needs: { memory },
    more: 'x',
    check: (_readings, { node }) => {
      const config = readingIfAny(node, memoryConfig);
      hasConfig(config !== undefined);
      return config ? undefined : { severity: 'critical', headline: 'x', evidence: [] };
    },
  });
  const { shelves } = one.ports;
  const doubting = watchTarget(
    { ...one.ports, shelves: { ...shelves, rules: new Map([['doubtful', rule]]) } },
    one.target,
    SETTINGS,
  );
  running.push({ stop: async () => doubting.close() });
  for (let at = 0; at < 30; at += 1) {
    ahead += 15_000;
    await doubting.sample();
  }
  expect(await one.incidents()).toEqual([]);
  // Looked closer after 2, 4 and 6 minutes, not at every look.
  expect(hasConfig.mock.calls.filter(([known]) => known)).toHaveLength(3);
});

test('how a server is set up raises nothing, nor does a server that is well', async () => {
  const one = await watched([await start()]);
  const rule = defineRule({
    scope: 'node',
    needs: { memory },
    latent: true,
    more: 'x',
    check: () => ({ severity: 'critical', headline: 'x', evidence: [] }),
  });
  const { rules } = one.ports.shelves;
  const shelves = { ...one.ports.shelves, rules: new Map([...rules, ['latent', rule]]) };
  const all = watchTarget({ ...one.ports, shelves }, one.target, SETTINGS);
  running.push({ stop: async () => all.close() });
  for (let at = 0; at < 20; at += 1) {
    ahead += 15_000;
    await all.sample();
  }
  expect(await one.incidents()).toEqual([]);
});

test('threads are opened by people and alerts alone where that is wanted', async () => {
  const server = await full();
  await fill(server);
  const { raiseAfterSeconds: _never, ...settings } = SETTINGS;
  const one = await watched([server], {}, settings);
  await one.sample();
  await one.goOn(12);
  expect(await one.incidents()).toEqual([]);
});

test('a server that is gone is told, and does not keep the others from being sampled', async () => {
  const [stays, goes] = [await start(), await start()];
  const one = await watched([stays, goes]);
  await one.sample();
  goes.kill('SIGSTOP');
  await one.goOn(9);
  expect(await one.incidents()).toEqual([expect.stringMatching(/^open watch saw node-hung/)]);
  const points = await store.transaction((tx) => tx.seriesOf(one.target.name, 0));
  expect(points.get(nodeName(stays))).toHaveLength(10);
  // Waiting for it each time would cost 1.5 s: it is tried ever more rarely.
  expect(one.opened.filter((port) => port === String(goes.port)).length).toBeLessThan(8);
  goes.kill('SIGCONT');
}, 30_000);

test('what we may not ask is asked once an hour, so that our refusals are not counted as faults', async () => {
  const server = await start();
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+info', '+ping');
  const one = await watched([server], { credentials: { username: 'medic', password: 'pw' } });
  const denied = async () =>
    Number(/acl_access_denied_cmd:(\d+)/.exec(textReply(await server.send('INFO', 'stats')))?.[1] ?? 0);
  await one.sample();
  const first = await denied();
  await one.goOn(5);
  expect(await denied()).toBe(first);
});

test('what another process has sampled since is taken from the store', async () => {
  const server = await start();
  const [one, other] = [await watched([server]), await watched([server])];
  const twin = watchTarget(other.ports, one.target, SETTINGS);
  running.push({ stop: async () => twin.close() });
  await one.sample();
  ahead += 15_000;
  await twin.sample();
  const sampledAt = (await store.transaction((tx) => tx.sampledAt([one.target.name]))).get(one.target.name);
  ahead += 15_000;
  one.compare(sampledAt ?? new Map());
  one.trips.length = 0;
  await one.sample();
  expect(one.trips).toHaveLength(1);
  expect((await store.transaction((tx) => tx.seriesOf(one.target.name, 0))).get(nodeName(server))).toHaveLength(3);
});

test('a replica that left is forgotten, with its standings', async () => {
  const primary = await start();
  const replica = await start({ replicaOf: primary });
  while (!textReply(await replica.send('INFO', 'replication')).includes('master_link_status:up')) await sleep(50);
  const one = await watched([primary]);
  await one.sample();
  expect((await store.transaction((tx) => tx.samplesOf(one.target.name))).size).toBe(2);
  await replica.send('REPLICAOF', 'NO', 'ONE');
  await vi.waitFor(async () =>
    expect(textReply(await primary.send('INFO', 'replication'))).toContain('connected_slaves:0'),
  );
  await one.goOn(1);
  expect([...(await store.transaction((tx) => tx.samplesOf(one.target.name))).keys()]).toEqual([nodeName(primary)]);
});
