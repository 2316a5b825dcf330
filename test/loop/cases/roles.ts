import { freePort } from '../../../demo/redis-server.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { fillDisk, pipeline } from '../../lab/lab.ts';
import { replication as scenarios } from '../../lab/scenarios/replication.ts';
import { overANetwork, repairDisk, startGroup } from '../groups.ts';
import { type LoopCase, scenarioNamed } from '../loop-case.ts';

/** Who follows whom. */
export const roles: readonly LoopCase[] = [
  {
    playbook: 'reconnect-replica',
    name: 'a firewall forgot the connection of a replica, and neither end has noticed',
    target: { kind: 'replication' },
    undo: 'none',
    async arrange(lab) {
      const { primary, replica, network } = await overANetwork(lab);
      network.silence();
      const value = 'x'.repeat(100_000);
      await pipeline(
        primary,
        Array.from({ length: 200 }, (_none, at) => ['SET', `big:${at % 10}`, value]),
      );
      network.heal();
      return [primary, replica];
    },
  },
  {
    playbook: 'repoint-replica',
    name: 'a replica follows a server that is not there any more',
    target: { kind: 'replication' },
    undo: 'as-before',
    stillBroken: true,
    async arrange(lab) {
      const primary = await lab.start();
      const replica = await lab.replica(primary);
      await replica.send('REPLICAOF', '127.0.0.1', String(await freePort()));
      return [primary, replica];
    },
  },
  {
    playbook: 're-slave',
    name: 'a replica waits for the end of a handshake that was lost on the way',
    target: { kind: 'replication' },
    undo: 'none',
    async arrange(lab) {
      const { primary, replica, network } = await overANetwork(lab);
      network.cut();
      await lab.until(replica, 'master_link_status', 'down');
      network.silence();
      await lab.until(replica, 'master_link_down_since_seconds', (seconds) => Number(seconds) >= 60, 90);
      network.heal();
      return [primary, replica];
    },
  },
  {
    playbook: 'coordinated-failover',
    name: 'the disk of a primary is full, so that it refuses writes',
    target: { kind: 'replication' },
    undo: 'as-before',
    on: (_engine, version) => atLeast(version, '7.0'),
    async arrange(lab) {
      const [primary, ...replicas] = await startGroup(lab, ['--appendonly', 'yes']);
      if (!primary) throw new Error('no group');
      await fillDisk(lab, primary);
      return [primary, ...replicas];
    },
    // With its disk repaired it may be the primary again.
    async after({ lab }) {
      await repairDisk(lab);
    },
  },
  {
    playbook: 'break-replication-loop',
    name: 'a primary was made the replica of its own replica',
    target: { kind: 'replication' },
    undo: 'none',
    async arrange(lab) {
      const [primary, near, far] = await startGroup(lab);
      if (!primary || !near || !far) throw new Error('no group');
      await primary.send('REPLICAOF', near.host, String(near.port));
      await lab.until(primary, 'role', 'slave');
      return [primary, near, far];
    },
  },
  {
    playbook: 'promote-replica',
    name: 'a primary died and does not come back',
    target: { kind: 'replication' },
    undo: 'none',
    byHand: async () => 'the machine is switched off',
    async arrange(lab) {
      const [primary, ...replicas] = await startGroup(lab);
      primary?.kill('SIGKILL');
      for (const replica of replicas) await lab.until(replica, 'master_link_status', 'down');
      return replicas;
    },
  },
  {
    playbook: 'resolve-split-brain',
    ...scenarioNamed(scenarios, 'a replica that was promoted while its primary lives on, and both take writes'),
    undo: 'none',
    byHand: async () => 'the owners do without it',
    loses: /every write that only .* took is lost/,
  },
  {
    playbook: 'abort-failover',
    ...scenarioNamed(scenarios, 'a failover to a replica that is stopped and lacks a write'),
    undo: 'none',
  },
];
