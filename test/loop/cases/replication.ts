import { freePort, type RedisServer } from '../../../demo/redis-server.ts';
import { type Lab, pipeline } from '../../lab/lab.ts';
import { config } from '../../lab/scenarios/config.ts';
import { replication as scenarios } from '../../lab/scenarios/replication.ts';
import { type Cuttable, startCuttable } from '../../support/cuttable.ts';
import { type LoopCase, scenarioNamed } from '../loop-case.ts';

/** A primary whose replica reaches it over a network that can fail. */
async function overANetwork(lab: Lab): Promise<{ primary: RedisServer; replica: RedisServer; network: Cuttable }> {
  const primary = await lab.start(['--repl-backlog-size', '64mb']);
  const network = await startCuttable(primary);
  lab.atEnd(() => network.stop());
  const replica = await lab.replica(network, ['--repl-timeout', '3600', '--repl-backlog-size', '64mb']);
  await primary.send('SET', 'a', '1');
  await lab.until(primary, 'slave0', (row) => /offset=[1-9]/.test(row));
  return { primary, replica, network };
}

const undersized = scenarioNamed(scenarios, 'an output buffer that is too small for the next full sync');

export const replication: readonly LoopCase[] = [
  { playbook: 'raise-repl-backlog', ...undersized, undo: 'as-before' },
  { playbook: 'raise-replica-buffer', ...undersized, undo: 'as-before' },
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
    playbook: 'accept-writes-without-replicas',
    ...scenarioNamed(scenarios, 'too few replicas for the primary to take writes'),
    undo: 'as-before',
    stillBroken: true,
  },
  {
    playbook: 'allow-promotion',
    ...scenarioNamed(scenarios, 'the only replica has priority 0'),
    undo: 'as-before',
  },
  {
    playbook: 'close-writable-replica',
    ...scenarioNamed(scenarios, 'a replica that takes writes'),
    undo: 'as-before',
  },
  {
    playbook: 'align-replica',
    ...scenarioNamed(config, 'a replica would be full at once if it were promoted'),
    undo: 'as-before',
  },
  {
    playbook: 'load-copies-safely',
    ...scenarioNamed(scenarios, 'a replica that keeps two datasets during a full sync and has no room for them'),
    undo: 'as-before',
  },
  {
    playbook: 'guard-replica-disk',
    ...scenarioNamed(scenarios, 'a replica whose disk fails will crash at the next write'),
    undo: 'as-before',
    // Without the guard the next write ends the replica.
    application: 'quiet',
    async after({ lab }) {
      const [primary, replica] = lab.servers;
      if (!primary || !replica) throw new Error('no group');
      await primary.send('SET', 'passing', '1');
      await lab.until(replica, 'db0', (keys) => keys !== '');
      await primary.send('DEL', 'passing');
      await lab.until(replica, 'db0', '');
    },
  },
  {
    playbook: 'keep-backlog',
    name: 'the only replica was away for longer than the backlog is kept',
    target: { kind: 'replication', objectives: { expectReplicas: 1 } },
    undo: 'as-before',
    async arrange(lab) {
      const primary = await lab.start(['--repl-backlog-ttl', '1']);
      const replica = await lab.replica(primary);
      await primary.send('SET', 'a', '1');
      await replica.stop();
      await lab.until(primary, 'repl_backlog_active', '0');
      return [primary];
    },
  },
  {
    playbook: 'require-replicas',
    name: 'a primary with two replicas takes writes without either of them',
    target: { kind: 'replication' },
    asked: {},
    undo: 'as-before',
    arrange: (lab) => startGroup(lab),
  },
  {
    playbook: 'coordinated-failover',
    name: 'the machine of a primary has to be given up',
    target: { kind: 'replication' },
    asked: {},
    undo: 'as-before',
    arrange: (lab) => startGroup(lab),
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
  {
    playbook: 'refuse-stale-reads',
    name: 'a replica answers with old data when its primary is away',
    target: { kind: 'replication', purpose: 'store' },
    asked: { about: ({ servers }) => servers[1] as RedisServer },
    undo: 'as-before',
    arrange: (lab) => startGroup(lab),
  },
];

/** A primary with two replicas that have acknowledged it. */
async function startGroup(lab: Lab): Promise<RedisServer[]> {
  const primary = await lab.start();
  const replicas = await Promise.all([lab.replica(primary), lab.replica(primary)]);
  await primary.send('SET', 'a', '1');
  for (const slave of ['slave0', 'slave1']) await lab.until(primary, slave, (row) => /offset=[1-9]/.test(row));
  return [primary, ...replicas];
}
