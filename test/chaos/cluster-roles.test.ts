import { setTimeout as sleep } from 'node:timers/promises';
import { runChaos } from './chaos.ts';
import { allMeet, allSee, inCluster, lastingCluster, lastingNode, named, revivable } from './lasting-cluster.ts';

runChaos([
  {
    playbook: 'cluster-failover',
    name: 'a primary of a cluster hands over to its replica',
    target: { kind: 'cluster', memoryLimitBytes: 2 ** 30 },
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 1);
      const { primary, other, replica } = named(nodes, 'primary', 'other', 'third', 'replica');
      return inCluster(lab, nodes, primary, [primary, replica, other]);
    },
  },
  {
    playbook: 'cluster-replicate',
    name: 'an empty node becomes the replica of a primary',
    target: { kind: 'cluster', memoryLimitBytes: 2 ** 30 },
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 0);
      const { primary, other } = named(nodes, 'primary', 'other', 'third');
      const spare = await lastingNode(lab);
      await allMeet([...nodes, spare], spare, primary);
      return inCluster(lab, [...nodes, spare], primary, [primary, spare, other]);
    },
  },
  {
    playbook: 'cluster-takeover',
    name: 'a primary of a cluster is dead, and its replica does not take over by itself',
    target: { kind: 'cluster', memoryLimitBytes: 2 ** 30 },
    primariesAtFirst: 0,
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 1);
      const { dead, other, replica } = named(nodes, 'dead', 'other', 'third', 'replica');
      const alive = nodes.filter((node) => node !== dead);
      await lab.until(dead, 'slave0', (row) => /offset=[1-9]/.test(row));
      dead.kill('SIGKILL');
      await allSee(alive, (view) => / master,fail[, ]/.test(view));
      // Before that a replica could still take over by itself, if it may.
      await sleep(4 * 1500);
      return { ...inCluster(lab, alive, replica, [replica, other]), dead: revivable(lab, dead) };
    },
  },
]);
