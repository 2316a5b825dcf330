import { setTimeout as sleep } from 'node:timers/promises';
import { textReply } from '../../../src/domain/probe.ts';
import { sentinel } from '../../lab/scenarios/sentinel.ts';
import { startCluster } from '../../support/cluster.ts';
import { settled, startSentinels } from '../../support/sentinels.ts';
import { type LoopCase, ON_A_CROWDED_MACHINE, scenarioNamed } from '../loop-case.ts';

/** Groups under Sentinels, and clusters. */
export const managed: readonly LoopCase[] = [
  {
    playbook: 'sentinel-failover',
    name: 'the machine of a primary that Sentinels watch has to be given up',
    target: ON_A_CROWDED_MACHINE,
    undo: 'none',
    async arrange(lab) {
      const primary = await lab.start([], { configFile: true });
      const replicas = await Promise.all([1, 2].map(() => lab.start([], { configFile: true, replicaOf: primary })));
      const sentinels = await startSentinels({ primary, binary: lab.binary });
      lab.atEnd(() => Promise.all(sentinels.map((one) => one.stop())));
      await Promise.all(sentinels.map((one) => settled(one, replicas.length)));
      return sentinels;
    },
  },
  {
    playbook: 'cluster-failover',
    name: 'the machine of a primary of a cluster has to be given up',
    target: { kind: 'cluster', ...ON_A_CROWDED_MACHINE },
    undo: 'as-before',
    async arrange(lab) {
      const cluster = await startCluster({ binary: lab.binary });
      lab.atEnd(cluster.stop);
      lab.servers.push(...cluster.nodes);
      return cluster.primaries.slice(0, 1);
    },
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
