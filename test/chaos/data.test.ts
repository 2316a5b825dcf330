import { runChaos } from './chaos.ts';
import { lasting } from './chaos-case.ts';

runChaos([
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
