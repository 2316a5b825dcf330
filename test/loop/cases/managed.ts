import { setTimeout as sleep } from 'node:timers/promises';
import { textReply } from '../../../src/domain/probe.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { fillDisk } from '../../lab/lab.ts';
import { sentinel } from '../../lab/scenarios/sentinel.ts';
import { type ClusterServer, startCluster } from '../../support/cluster.ts';
import { settled, startSentinels } from '../../support/sentinels.ts';
import { repairDisk } from '../groups.ts';
import { type LoopCase, scenarioNamed } from '../loop-case.ts';

/** Groups under Sentinels, and clusters. */
export const managed: readonly LoopCase[] = [
  {
    playbook: 'sentinel-failover',
    name: 'the disk of a primary that Sentinels watch is full, so that it refuses writes',
    undo: 'none',
    on: (_engine, version) => atLeast(version, '7.0'),
    async arrange(lab) {
      const args = ['--appendonly', 'yes'];
      const primary = await lab.start(args, { configFile: true });
      const replicas = await Promise.all([1, 2].map(() => lab.start(args, { configFile: true, replicaOf: primary })));
      // Its PING is refused as well, so that the Sentinels would fail over by themselves before long.
      const sentinels = await startSentinels({ primary, binary: lab.binary, downAfterMs: 60_000 });
      lab.atEnd(() => Promise.all(sentinels.map((one) => one.stop())));
      await Promise.all(sentinels.map((one) => settled(one, replicas.length)));
      await fillDisk(lab, primary);
      return sentinels;
    },
    after: ({ lab }) => repairDisk(lab),
  },
  {
    playbook: 'cluster-failover',
    name: 'the disk of a primary of a cluster is full, so that it refuses writes',
    target: { kind: 'cluster' },
    undo: 'as-before',
    on: (_engine, version) => atLeast(version, '7.0'),
    async arrange(lab) {
      const cluster = await startCluster({ binary: lab.binary, args: ['--appendonly', 'yes'] });
      lab.atEnd(cluster.stop);
      lab.servers.push(...cluster.nodes);
      const [primary] = cluster.primaries;
      if (!primary) throw new Error('no cluster');
      await fillDisk(lab, primary, await ownKey(primary));
      return [primary];
    },
    after: ({ lab }) => repairDisk(lab),
  },
  {
    playbook: 'cluster-takeover',
    name: 'a primary of a cluster died, and its replica may not take over by itself',
    target: { kind: 'cluster' },
    undo: 'none',
    byHand: async () => 'the machine is switched off',
    async arrange(lab) {
      const args = ['--cluster-node-timeout', '1000', '--cluster-replica-no-failover', 'yes'];
      const cluster = await startCluster({ binary: lab.binary, args });
      lab.atEnd(cluster.stop);
      // Each node takes those of its slots.
      for (const node of cluster.primaries) for (let at = 0; at < 30; at += 1) await node.send('SET', `key:${at}`, '1');
      const [dead, ...alive] = cluster.nodes;
      lab.servers.push(...alive);
      dead?.kill('SIGKILL');
      for (const node of alive) {
        while (!/,fail[ ,]/.test(textReply(await node.send('CLUSTER', 'NODES')))) await sleep(100);
      }
      // Until then a replica might still take over by itself.
      await sleep(4000);
      return alive.slice(0, 1);
    },
  },
  {
    playbook: 'sentinel-reset',
    ...scenarioNamed(sentinel, 'a quorum of all three, one of which is gone'),
    undo: 'none',
    byHand: async () => 'who runs the Sentinels',
  },
  {
    playbook: 'sentinel-settings',
    ...scenarioNamed(sentinel, 'a single Sentinel with odd timeouts'),
    undo: 'as-before',
  },
];

/** A key of a slot that this node serves. */
async function ownKey(node: ClusterServer): Promise<string> {
  for (let at = 0; ; at += 1) if ((await node.send('EXISTS', `key:${at}`)) === 0) return `key:${at}`;
}
