import { freePort } from '../../demo/redis-server.ts';
import { runChaos } from './chaos.ts';
import { lasting, lastingGroup } from './chaos-case.ts';

const GROUP = { kind: 'replication', memoryLimitBytes: 2 ** 30 } as const;

runChaos([
  {
    playbook: 'promote-replica',
    name: 'a primary is dead, and one of its replicas takes over',
    target: GROUP,
    primariesAtFirst: 0,
    async arrange(lab) {
      const [dead, ...members] = await lastingGroup(lab, 2);
      const [about] = members;
      if (!dead || !about) throw new Error('no group');
      dead.server.kill('SIGKILL');
      for (const { server } of members) await lab.until(server, 'master_link_status', 'down');
      const seeds = [dead, ...members].map(({ server }) => server);
      return { seeds, about: about.server, members, dead, writesTo: members.map(({ server }) => server) };
    },
  },
  {
    playbook: 'break-replication-loop',
    name: 'a primary was made the replica of its own replica',
    target: GROUP,
    primariesAtFirst: 0,
    async arrange(lab) {
      const members = await lastingGroup(lab, 1);
      const [primary, replica] = members;
      if (!primary || !replica) throw new Error('no group');
      await primary.server.send('REPLICAOF', replica.server.host, String(replica.server.port));
      await lab.until(primary.server, 'role', 'slave');
      const seeds = members.map(({ server }) => server);
      return { seeds, about: primary.server, members, writesTo: seeds };
    },
  },
  {
    playbook: 'repoint-replica',
    name: 'a replica follows an address where nobody is',
    target: GROUP,
    async arrange(lab) {
      const primary = await lasting(lab);
      const replica = await lasting(lab, [], primary.server);
      await primary.server.send('SET', 'a', '1');
      await lab.until(primary.server, 'slave0', (row) => /offset=[1-9]/.test(row));
      await replica.server.send('REPLICAOF', '127.0.0.1', String(await freePort()));
      const members = [primary, replica];
      const seeds = members.map(({ server }) => server);
      return { seeds, about: replica.server, members, writesTo: [primary.server] };
    },
  },
]);
