import { setTimeout as sleep } from 'node:timers/promises';
import { textReply } from '../../src/domain/probe.ts';
import type { Lab } from '../lab/lab.ts';
import { type ClusterServer, meet, startCluster, startNode, until } from '../support/cluster.ts';
import type { Deployment, Revivable } from './chaos-case.ts';

/**
 * Data survives SIGKILL; a node that is back at once is not given up, one that is not is within seconds. No replica takes
 * over by itself, as it would on a busy machine.
 */
const LASTING =
  '--appendonly yes --appendfsync always --cluster-node-timeout 1500 --cluster-replica-no-failover yes'.split(' ');

/** Three shards, each with keys of its own, and so many replicas of each. */
export async function lastingCluster(lab: Lab, replicas: number) {
  const cluster = await startCluster({ binary: lab.binary, replicas, args: LASTING });
  lab.atEnd(cluster.stop);
  // Each takes those of its slots.
  for (const node of cluster.primaries) for (let at = 0; at < 12; at += 1) await node.send('SET', `key:${at}`, '1');
  return cluster.nodes;
}

/** A node that knows nobody. */
export async function lastingNode(lab: Lab): Promise<ClusterServer> {
  const node = await startNode({ binary: lab.binary, args: LASTING });
  lab.atEnd(() => node.stop());
  return node;
}

/** `about` is what the plan is made for; those of `victims` may be killed. */
export function inCluster(
  lab: Lab,
  nodes: readonly ClusterServer[],
  about: ClusterServer,
  victims: readonly ClusterServer[],
): Deployment {
  return { seeds: nodes, about, members: victims.map((node) => revivable(lab, node)), writesTo: nodes };
}

/** The cluster tells it what it is, before it takes a write. */
export function revivable(lab: Lab, node: ClusterServer): Revivable {
  const revive = async () => {
    const back = await node.revive();
    lab.atEnd(() => back.stop());
    return back;
  };
  return { server: node, revive, returnsAs: 'replica' };
}

/** Waits until each of them sees this in CLUSTER NODES. */
export async function allSee(nodes: readonly ClusterServer[], what: (view: string) => boolean): Promise<void> {
  await until(async () => {
    const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
    return views.every((view) => what(textReply(view)));
  });
}

/** Lets a node join, again and again, as a handshake that a busy machine holds up is given up. */
export async function allMeet(
  nodes: readonly ClusterServer[],
  joining: ClusterServer,
  one: ClusterServer,
): Promise<void> {
  await until(async () => {
    await meet(joining, one);
    await sleep(1000);
    const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
    return views.every((view) => textReply(view).includes(joining.id) && !textReply(view).includes('handshake'));
  }, 60);
}

/** The nodes by name, of whom there must be so many. */
export function named<const Names extends readonly string[]>(
  nodes: readonly ClusterServer[],
  ...names: Names
): Record<Names[number], ClusterServer> {
  return Object.fromEntries(
    names.map((name, at) => {
      const node = nodes[at];
      if (!node) throw new Error(`no ${name} was started`);
      return [name, node];
    }),
  ) as Record<Names[number], ClusterServer>;
}
