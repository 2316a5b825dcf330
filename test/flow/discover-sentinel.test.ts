import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';
import { MASTER, settled, startSentinels, until } from '../support/sentinels.ts';

const { probes } = await loadShelves();

let primary: RedisServer;
let replica: RedisServer;
let sentinels: RedisServer[];

beforeAll(async () => {
  primary = await startRedis();
  replica = await startRedis({ replicaOf: primary });
  sentinels = await startSentinels({ primary });
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, 1)));
});

afterAll(async () => {
  await Promise.all([primary, replica, ...sentinels].map((server) => server.stop()));
});

function look(target: Partial<Target>): Promise<Snapshot> {
  return observe([], probes, { target: { kind: 'sentinel', ...target }, seconds: 0 });
}

function names(nodes: Snapshot['nodes']): string[] {
  return nodes.map(({ name }) => name).sort();
}

const all = (servers: readonly RedisServer[]) => servers.map(nodeName).sort();

test('one Sentinel is enough to find the others, the primary and its replicas', async () => {
  const seeds = sentinels.slice(1, 2);
  const snapshot = await look({ sentinel: { seeds, master: MASTER, credentials: {} } });
  expect(names(snapshot.sentinels)).toEqual(all(sentinels));
  expect(names(snapshot.nodes)).toEqual(all([primary, replica]));
  expect(snapshot.nodes.map((node) => node.kind === 'read' && node.identity.role)).toEqual(['primary', 'replica']);
});

test('a Sentinel that cannot be reached is a node all the same', async () => {
  const dead = { host: '127.0.0.1', port: await freePort() };
  const snapshot = await look({ sentinel: { seeds: [dead, ...sentinels], master: MASTER, credentials: {} } });
  expect(snapshot.sentinels.find(({ kind }) => kind === 'unread')).toMatchObject({
    name: nodeName(dead),
    origin: 'seed',
  });
  expect(names(snapshot.nodes)).toEqual(all([primary, replica]));
});

test('without a Sentinel that answers the servers are unknown', async () => {
  const dead = { host: '127.0.0.1', port: await freePort() };
  const snapshot = await look({ sentinel: { seeds: [dead], master: MASTER, credentials: {} } });
  expect(snapshot.nodes).toEqual([]);
});

test('a master that the Sentinels do not know leaves the servers unknown', async () => {
  const snapshot = await look({ sentinel: { seeds: sentinels, master: 'typo', credentials: {} } });
  expect(snapshot.nodes).toEqual([]);
  expect(snapshot.sentinels).toHaveLength(3);
});

test('a data server among the Sentinels is told as such', async () => {
  const snapshot = await look({ sentinel: { seeds: [primary, ...sentinels], master: MASTER, credentials: {} } });
  expect(snapshot.sentinels[0]).toMatchObject({
    cause: 'not-a-redis-server',
    detail: expect.stringContaining('data server'),
  });
});

test('a bare URL of a Sentinel goes on through the one master that it watches', async () => {
  const [sentinel] = sentinels;
  const { target, nodes, sentinels: met } = await look(targetFromUrl(`redis://127.0.0.1:${sentinel?.port}`));
  expect(target).toMatchObject({ kind: 'sentinel', seeds: [], sentinel: { master: MASTER } });
  expect(names(nodes)).toEqual(all([primary, replica]));
  expect(names(met)).toEqual(all(sentinels));
});

test('servers and Sentinels named together are one deployment', async () => {
  const { nodes, sentinels: met } = await look({ kind: 'replication', seeds: [primary, ...sentinels] });
  expect(names(nodes)).toEqual(all([primary, replica]));
  expect(names(met)).toEqual(all(sentinels));
});

test('servers and Sentinels that announce what is not routed here are reached by the addresses of the target', async () => {
  const announced = '198.51.100.7';
  const own = await startRedis({ args: ['--replica-announce-ip', announced] });
  const copy = await startRedis({ replicaOf: own, args: ['--replica-announce-ip', announced] });
  const watchers = await startSentinels({ primary: own, lines: [`announce-ip ${announced}`] });
  try {
    // Not even the Sentinels can go there, but all of them tell where it would be.
    for (const sentinel of watchers) {
      await until(sentinel, ['SENTINEL', 'REPLICAS', MASTER], (text) => text.includes(announced));
      await until(sentinel, ['SENTINEL', 'SENTINELS', MASTER], (text) => text.split(announced).length === 3);
    }
    const addresses = [{ announced: { host: announced }, reachable: { host: '127.0.0.1' } }];
    const seeds = watchers.slice(0, 1);
    const { nodes, sentinels: met } = await look({ addresses, sentinel: { seeds, master: MASTER, credentials: {} } });
    expect([...nodes, ...met].map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'read'));
    expect(names(nodes)).toContain(`${announced}:${copy.port}`);
    expect(met.slice(1).every(({ address }) => address.host === announced)).toBe(true);
  } finally {
    await Promise.all([own, copy, ...watchers].map((server) => server.stop()));
  }
});

test('with several masters nobody is chosen', async () => {
  const [sentinel] = await startSentinels({
    primary,
    count: 1,
    lines: [`monitor other ${replica.host} ${replica.port} 1`],
  });
  try {
    const { nodes, sentinels: met, target } = await look({ kind: 'replication', seeds: [sentinel as RedisServer] });
    expect(target.sentinel).toBeUndefined();
    expect(nodes).toEqual([]);
    expect(met).toMatchObject([{ kind: 'read', identity: { mode: 'sentinel' } }]);
  } finally {
    await sentinel?.stop();
  }
});
