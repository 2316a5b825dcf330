import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { textReply } from '../../../src/domain/probe.ts';
import type { Lab } from '../../lab/lab.ts';
import { type ClusterServer, meet, startCluster, startNode, until } from '../../support/cluster.ts';
import type { LoopCase } from '../loop-case.ts';

const FAST = ['--cluster-node-timeout', '1500'];
/** Of `{w}`, in the first of three shards. */
const SLOT = '3696';

async function clusterIn(lab: Lab, replicas: number, args = FAST): Promise<ClusterServer[]> {
  const cluster = await startCluster({ binary: lab.binary, replicas, args });
  lab.atEnd(cluster.stop);
  lab.servers.push(...cluster.nodes);
  return [...cluster.nodes];
}

async function allSee(nodes: readonly ClusterServer[], what: (view: string) => boolean): Promise<void> {
  await until(async () => {
    const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
    return views.every((view) => what(textReply(view)));
  });
}

/** Slots, members and replicas of clusters. */
export const clusterRepair: readonly LoopCase[] = [
  {
    playbook: 'cluster-repair-slot',
    name: 'the move of a slot broke off before a key was moved',
    target: { kind: 'cluster' },
    undo: 'as-before',
    async arrange(lab) {
      const [from, to] = await clusterIn(lab, 0);
      if (!from || !to) throw new Error('no cluster');
      await from.send('SET', '{w}a', '1');
      await to.send('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', from.id);
      await from.send('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', to.id);
      return [from];
    },
  },
  {
    playbook: 'finish-slot-move',
    name: 'the move of a slot broke off with keys on both ends',
    target: { kind: 'cluster' },
    undo: 'none',
    async arrange(lab) {
      const [from, to] = await clusterIn(lab, 0);
      if (!from || !to) throw new Error('no cluster');
      await from.send('MSET', '{w}a', '1', '{w}b', '2');
      await to.send('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', from.id);
      await from.send('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', to.id);
      await from.send('MIGRATE', to.host, String(to.port), '', '0', '5000', 'KEYS', '{w}a');
      return [from];
    },
    async byHand({ lab }) {
      const [from, to, third] = lab.servers as ClusterServer[];
      if (!from || !to || !third) throw new Error('no cluster');
      await from.send('MIGRATE', to.host, String(to.port), '', '0', '5000', 'KEYS', '{w}b');
      for (const node of [to, from, third]) await node.send('CLUSTER', 'SETSLOT', SLOT, 'NODE', to.id);
      return 'all 16384 slots are covered';
    },
  },
  {
    playbook: 'cluster-give-slots-back',
    name: 'somebody deleted slots on their owner',
    target: { kind: 'cluster' },
    undo: 'none',
    async arrange(lab) {
      const [owner] = await clusterIn(lab, 0);
      if (!owner) throw new Error('no cluster');
      await owner.send('SET', '{w}a', '1');
      await owner.send('CLUSTER', 'DELSLOTSRANGE', '3000', '4000');
      return [owner];
    },
  },
  {
    playbook: 'cluster-assign-slots',
    name: 'a primary without a replica is lost with its disk',
    target: { kind: 'cluster' },
    undo: 'none',
    byHand: async () => 'the owner of the data',
    async arrange(lab) {
      const nodes = await clusterIn(lab, 0);
      const [gone, ...left] = nodes;
      gone?.kill('SIGKILL');
      lab.servers.splice(0, 1);
      await allSee(left, (view) => / master,fail[, ]/.test(view));
      return left.slice(0, 1);
    },
  },
  {
    playbook: 'cluster-replicate',
    name: 'the only replica of a primary died, and an empty node is there',
    target: { kind: 'cluster' },
    undo: 'none',
    async arrange(lab) {
      const nodes = await clusterIn(lab, 1);
      const [primary, , , dead] = nodes;
      if (!primary || !dead) throw new Error('no cluster');
      const spare = await startNode({ binary: lab.binary, args: FAST });
      lab.atEnd(() => spare.stop());
      const alive = [...nodes.filter((node) => node !== dead), spare];
      await meet(spare, primary);
      await allSee(alive, (view) => view.includes(spare.id));
      dead.kill('SIGKILL');
      lab.servers.splice(lab.servers.indexOf(dead), 1);
      await allSee(alive, (view) => / slave,fail /.test(view));
      return [primary];
    },
  },
  {
    playbook: 'cluster-forget',
    name: 'a replica came back under another id, and its old one is nobody',
    target: { kind: 'cluster' },
    undo: 'none',
    async arrange(lab) {
      const nodes = await clusterIn(lab, 1);
      const [primary, , , replica] = nodes;
      if (!primary || !replica) throw new Error('no cluster');
      const others = nodes.filter((node) => node !== replica);
      replica.kill('SIGKILL');
      await allSee(others, (view) => / slave,fail /.test(view));
      await rm(join(replica.dir, 'nodes.conf'));
      const back = await replica.revive();
      lab.atEnd(() => back.stop());
      await meet(back, primary);
      await allSee([...others, back], (view) => view.includes(back.id));
      return [primary];
    },
  },
  {
    playbook: 'cluster-node-timeout',
    name: 'nodes are given up on after a moment',
    target: { kind: 'cluster' },
    undo: 'as-before',
    arrange: async (lab) => (await clusterIn(lab, 1)).slice(0, 1),
  },
  {
    playbook: 'cluster-serve-what-is-there',
    name: 'one lost primary stops the whole cluster',
    target: { kind: 'cluster' },
    undo: 'as-before',
    stillBroken: true,
    async arrange(lab) {
      const [gone, ...left] = await clusterIn(lab, 0);
      gone?.kill('SIGKILL');
      lab.servers.splice(0, 1);
      await allSee(left, (view) => / master,fail[, ]/.test(view));
      return left.slice(0, 1);
    },
  },
  {
    playbook: 'limit-cluster-links',
    name: 'messages for a node that does not read them pile up',
    target: {
      kind: 'cluster',
      memoryLimitBytes: 2 ** 30,
      thresholds: { 'cluster-link-buffer': { warningBytes: 4 * 2 ** 20 } },
    },
    undo: 'as-before',
    async arrange(lab) {
      const [from, , , stopped] = await clusterIn(lab, 1, ['--cluster-node-timeout', '60000']);
      if (!from || !stopped) throw new Error('no cluster');
      stopped.kill('SIGSTOP');
      lab.atEnd(() => stopped.kill('SIGCONT'));
      const message = 'x'.repeat(1_000_000);
      for (let left = 20; left > 0; left -= 1) await from.send('PUBLISH', 'news', message);
      await lab.until(from, 'mem_cluster_links', (held) => Number(held) > 8 * 2 ** 20);
      return [from];
    },
  },
];
