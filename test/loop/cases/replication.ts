import { keepSending } from '../../lab/lab.ts';
import { config } from '../../lab/scenarios/config.ts';
import { replication as scenarios } from '../../lab/scenarios/replication.ts';
import { startGroup } from '../groups.ts';
import { ADVICE, type LoopCase, scenarioNamed } from '../loop-case.ts';

const undersized = scenarioNamed(scenarios, 'an output buffer that is too small for the next full sync');

/** Settings of replication. */
export const replication: readonly LoopCase[] = [
  { playbook: 'raise-repl-backlog', ...undersized, undo: 'as-before' },
  { playbook: 'raise-replica-buffer', ...undersized, undo: 'as-before' },
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
    asked: { because: ADVICE },
    undo: 'as-before',
    arrange: (lab) => startGroup(lab),
  },
  {
    playbook: 'refuse-stale-reads',
    name: 'a replica may not log in to its primary any more, and answers with old data',
    target: {
      kind: 'replication',
      purpose: 'store',
      thresholds: { 'replica-serving-stale': { warnSeconds: 0 } },
    },
    undo: 'as-before',
    async arrange(lab) {
      const primary = await lab.start(['--save', '3600 1']);
      await primary.send('ACL', 'SETUSER', 'copier', 'on', '>secret', '+psync', '+replconf', '+ping');
      const login = ['--masteruser', 'copier', '--masterauth', 'secret'];
      const replica = await lab.replica(primary, [...login, '--save', '3600 1']);
      await primary.send('ACL', 'SETUSER', 'copier', 'off');
      await primary.send('CLIENT', 'KILL', 'TYPE', 'replica');
      await lab.until(replica, 'master_link_down_since_seconds', (seconds) => Number(seconds) > 0);
      await keepSending(lab, replica, ['GET', 'a']);
      return [primary, replica];
    },
  },
];
