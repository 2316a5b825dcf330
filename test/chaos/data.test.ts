import type { Lab } from '../lab/lab.ts';
import { runChaos } from './chaos.ts';
import { type Deployment, lasting } from './chaos-case.ts';

/** A cache that its data fills, with a replica. */
async function fullCache(lab: Lab, policy: string): Promise<Deployment> {
  const limits = ['--maxmemory', '40mb', '--maxmemory-policy', policy];
  const primary = await lasting(lab, limits);
  const replica = await lasting(lab, limits, primary.server);
  const { server } = primary;
  const value = 'x'.repeat(2 ** 20);
  for (let at = 0; at < 30; at += 1) await server.send('SET', `filler:${at}`, value);
  return { seeds: [server], about: server, members: [primary, replica], writesTo: [server] };
}

runChaos([
  {
    playbook: 'evict-for-cache',
    name: 'a cache that refuses writes begins to evict',
    target: { kind: 'replication', purpose: 'cache' },
    // What is evicted, as the plan says.
    loses: true,
    long: true,
    arrange: (lab) => fullCache(lab, 'noeviction'),
  },
  {
    playbook: 'evict-by-frequency',
    name: 'a cache evicts by another measure',
    target: { kind: 'replication', purpose: 'cache' },
    loses: true,
    long: true,
    arrange: (lab) => fullCache(lab, 'allkeys-lru'),
  },
  {
    playbook: 'move-persistence-to-replica',
    name: 'a replica keeps the append-only file in place of its primary',
    target: { kind: 'replication', memoryLimitBytes: 2 ** 30 },
    // A primary that crashes when it is done comes back as it was, as the plan says.
    loses: true,
    long: true,
    async arrange(lab) {
      const primary = await lasting(lab, ['--save', '3600 1']);
      const replica = await lasting(lab, ['--appendonly', 'no'], primary.server);
      const { server } = primary;
      await server.send('SET', 'a', '1');
      await lab.until(server, 'slave0', (row) => /offset=[1-9]/.test(row));
      return { seeds: [server], about: server, members: [primary, replica], writesTo: [server] };
    },
  },
  {
    playbook: 'unlink-named-keys',
    name: 'keys that nobody needs are deleted, with a copy',
    values: { keys: 'report:1 report:2' },
    long: true,
    async arrange(lab) {
      const member = await lasting(lab);
      const { server } = member;
      await server.send('HSET', 'report:1', 'rows', 'x'.repeat(100_000), 'total', '7');
      await server.send('MSET', 'report:2', 'x', 'stays', '1');
      return { seeds: [server], about: server, members: [member], writesTo: [server] };
    },
  },
  {
    playbook: 'expire-keys',
    name: 'keys get an end',
    values: { keys: 'session:1 session:2', after: 3600 },
    long: true,
    async arrange(lab) {
      const member = await lasting(lab);
      const { server } = member;
      await server.send('MSET', 'session:1', 'a', 'session:2', 'b', 'stays', '1');
      return { seeds: [server], about: server, members: [member], writesTo: [server] };
    },
  },
  {
    playbook: 'trim-stream',
    name: 'a stream loses what everybody has read',
    values: { key: 'events', keep: 10 },
    long: true,
    async arrange(lab) {
      const member = await lasting(lab);
      const { server } = member;
      for (let at = 0; at < 300; at += 1) await server.send('XADD', 'events', '*', 'n', String(at));
      await server.send('XGROUP', 'CREATE', 'events', 'workers', '$');
      return { seeds: [server], about: server, members: [member], writesTo: [server] };
    },
  },
  {
    playbook: 'lower-maxmemory',
    name: 'a limit below what is used evicts keys',
    target: { memoryLimitBytes: 300 * 2 ** 20 },
    // What is evicted, as the plan says.
    loses: true,
    long: true,
    async arrange(lab) {
      const member = await lasting(lab, ['--maxmemory', '280mb', '--maxmemory-policy', 'allkeys-lru']);
      const { server } = member;
      const value = 'x'.repeat(2 ** 20);
      for (let at = 0; at < 200; at += 1) await server.send('SET', `filler:${at}`, value);
      return { seeds: [server], about: server, members: [member], writesTo: [server] };
    },
  },
]);
