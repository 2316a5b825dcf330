import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runChaos } from './chaos.ts';
import { allMeet, allSee, inCluster, lastingCluster, named, revivable } from './lasting-cluster.ts';

/** Of all that is written. */
const SLOT = '3696';

runChaos([
  {
    playbook: 'cluster-repair-slot',
    name: 'the move of a slot broke off before a key was moved',
    target: { kind: 'cluster' },
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 0);
      const { from, to } = named(nodes, 'from', 'to', 'third');
      await to.send('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', from.id);
      await from.send('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', to.id);
      return inCluster(lab, nodes, from, [from, to]);
    },
  },
  {
    playbook: 'cluster-give-slots-back',
    name: 'somebody deleted slots on their owner',
    target: { kind: 'cluster' },
    primariesAtFirst: 0,
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 0);
      const { owner, other } = named(nodes, 'owner', 'other', 'third');
      await owner.send('CLUSTER', 'DELSLOTSRANGE', '3000', '4000');
      return inCluster(lab, nodes, owner, [owner, other]);
    },
  },
  {
    playbook: 'cluster-assign-slots',
    name: 'a primary without a replica is lost with its disk',
    target: { kind: 'cluster' },
    primariesAtFirst: 0,
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 0);
      // Its claim is newer than those of the others.
      const { dead, heir, other } = named(nodes, 'dead', 'heir', 'other');
      await dead.send('CLUSTER', 'BUMPEPOCH');
      const left = [heir, other];
      await allSee(left, (view) => / 4 connected 0-5460/.test(view));
      dead.kill('SIGKILL');
      await allSee(left, (view) => / master,fail[, ]/.test(view));
      return { ...inCluster(lab, left, heir, [heir, other]), dead: revivable(lab, dead) };
    },
  },
  {
    playbook: 'cluster-forget',
    name: 'a replica came back under another id, and its old one is nobody',
    target: { kind: 'cluster' },
    long: true,
    async arrange(lab) {
      const nodes = await lastingCluster(lab, 1);
      const { primary, other, replica } = named(nodes, 'primary', 'other', 'third', 'replica');
      const others = nodes.filter((node) => node !== replica);
      // Who has not heard yet whose replica it is would take it for a primary for good.
      await allSee(others, (view) => new RegExp(`${replica.id} \\S+ slave\\b`).test(view));
      replica.kill('SIGKILL');
      await allSee(others, (view) => / slave,fail[, ]/.test(view));
      await rm(join(replica.dir, 'nodes.conf'));
      await rm(join(replica.dir, 'appendonlydir'), { recursive: true });
      const back = await replica.revive();
      lab.atEnd(() => back.stop());
      await allMeet([...others, back], back, primary);
      await back.send('CLUSTER', 'REPLICATE', primary.id);
      await lab.until(back, 'master_link_status', 'up');
      return inCluster(lab, [...others, back], primary, [primary, other, back]);
    },
  },
]);
