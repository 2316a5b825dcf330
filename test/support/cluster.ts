import { setTimeout as sleep } from 'node:timers/promises';
import type { Startable } from '../../demo/redis-binary.ts';
import { freePort, type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';

const SLOTS = 16_384;

export interface ClusterOptions {
  binary?: Startable;
  /** Primaries, which share the slots; 3 when absent. */
  shards?: number;
  /** Replicas of each primary; 1 when absent. */
  replicas?: number;
  /** Configuration of every node. */
  args?: readonly string[];
}

/** A node of a cluster, with its id. */
export interface ClusterServer extends RedisServer {
  id: string;
  busPort: number;
  /** Starts it again after it was killed, on its ports and in its folder. */
  revive: () => Promise<ClusterServer>;
}

/** A real cluster of our own on loopback ports. */
export interface RunningCluster {
  primaries: readonly ClusterServer[];
  /** In the order of their primaries. */
  replicas: readonly ClusterServer[];
  nodes: readonly ClusterServer[];
  /** Waits until every node that is asked says ok, sees all the others and follows its primary. */
  settled: (nodes?: readonly ClusterServer[]) => Promise<void>;
  stop: () => Promise<void>;
}

/** Forms a cluster as redis-cli does, but all at once: epochs, slots, everybody meets everybody, replicas. */
export async function startCluster(options: ClusterOptions = {}): Promise<RunningCluster> {
  const { shards = 3, replicas = 1 } = options;
  const nodes = await startNodes(shards * (1 + replicas), options);
  const cluster: RunningCluster = {
    nodes,
    primaries: nodes.slice(0, shards),
    replicas: nodes.slice(shards),
    settled: (some = nodes) => until(async () => (await Promise.all(some.map(isSettled))).every(Boolean)),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
  try {
    await form(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** Nodes in cluster mode that do not know each other yet. */
async function startNodes(count: number, options: ClusterOptions): Promise<ClusterServer[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => startNode(options)));
  const nodes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return nodes;
  await Promise.all(nodes.map((node) => node.stop()));
  throw failed.reason;
}

/** A server in cluster mode that knows nobody yet. */
export async function startNode({ binary, args = [] }: ClusterOptions = {}): Promise<ClusterServer> {
  return launch(await freePort(), args, { ...(binary && { binary }) });
}

async function launch(
  busPort: number,
  more: readonly string[],
  options: Omit<RedisServerOptions, 'args'>,
): Promise<ClusterServer> {
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), ...more];
  const server = await startRedis({ ...options, args });
  const id = textReply(await server.send('CLUSTER', 'MYID'));
  const { port, dir } = server;
  return { ...server, id, busPort, revive: () => launch(busPort, more, { ...options, port, dir }) };
}

async function form({ nodes, primaries, replicas, settled }: RunningCluster): Promise<void> {
  await Promise.all(nodes.map((node, at) => node.send('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1))));
  await Promise.all(
    primaries.map((node, at) => {
      const [from, to] = [at, at + 1].map((part) => Math.floor((SLOTS * part) / primaries.length));
      return node.send('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? SLOTS) - 1));
    }),
  );
  await Promise.all(nodes.flatMap((node, at) => nodes.slice(at + 1).map((other) => meet(node, other))));
  await until(async () => (await Promise.all(nodes.map((node) => knows(node, nodes.length)))).every(Boolean));
  await Promise.all(
    replicas.map((replica, at) => replica.send('CLUSTER', 'REPLICATE', primaries[at % primaries.length]?.id ?? '')),
  );
  await settled();
}

export async function meet(node: ClusterServer, other: ClusterServer): Promise<void> {
  await node.send('CLUSTER', 'MEET', other.host, String(other.port), String(other.busPort));
}

/** Every line of CLUSTER NODES is a node that has been met. */
async function knows(node: ClusterServer, count: number): Promise<boolean> {
  const lines = textReply(await node.send('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return lines.length === count && !lines.some((line) => /handshake|,fail\b/.test(line));
}

async function isSettled(node: ClusterServer): Promise<boolean> {
  const told = parseInfo(textReply(await node.send('CLUSTER', 'INFO')));
  if (told.text('cluster_state') !== 'ok' || told.text('cluster_slots_assigned') !== String(SLOTS)) return false;
  const info = parseInfo(textReply(await node.send('INFO', 'replication')));
  return info.text('role') === 'master' || info.text('master_link_status') === 'up';
}

/** Moves one slot with its keys as a reshard does. */
export async function moveSlot(slot: number, from: ClusterServer, to: ClusterServer): Promise<void> {
  await to.send('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', from.id);
  await from.send('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', to.id);
  for (;;) {
    const keys = await from.send('CLUSTER', 'GETKEYSINSLOT', String(slot), '10');
    if (!Array.isArray(keys) || keys.length === 0) break;
    await from.send('MIGRATE', to.host, String(to.port), '', '0', '5000', 'KEYS', ...keys.map(String));
  }
  await to.send('CLUSTER', 'SETSLOT', String(slot), 'NODE', to.id);
  await from.send('CLUSTER', 'SETSLOT', String(slot), 'NODE', to.id);
}

/** Waits for a condition of real servers. */
export async function until(holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  for (let left = seconds * 20; left > 0; left -= 1) {
    if (await holds().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`it did not come about within ${seconds} s`);
}
