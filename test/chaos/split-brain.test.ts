import { runChaos } from './chaos.ts';
import { lastingGroup } from './chaos-case.ts';

runChaos([
  {
    playbook: 'resolve-split-brain',
    name: 'one of two primaries becomes a replica again',
    target: { kind: 'replication', memoryLimitBytes: 2 ** 30 },
    primariesAtFirst: 2,
    loses: true,
    async arrange(lab) {
      const members = await lastingGroup(lab, 1);
      const [primary, promoted] = members;
      if (!primary || !promoted) throw new Error('no group');
      await promoted.server.send('REPLICAOF', 'NO', 'ONE');
      const application = await lab.socket(primary.server, 'web');
      application.write('PING\r\n');
      const seeds = members.map(({ server }) => server);
      return { seeds, about: primary.server, members, writesTo: [primary.server] };
    },
  },
]);
