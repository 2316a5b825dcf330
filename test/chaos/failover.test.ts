import { runChaos } from './chaos.ts';
import { lastingGroup } from './chaos-case.ts';

runChaos([
  {
    playbook: 'coordinated-failover',
    name: 'a primary hands over to a replica',
    target: { kind: 'replication', memoryLimitBytes: 2 ** 30 },
    async arrange(lab) {
      const members = await lastingGroup(lab, 1);
      const [primary] = members;
      if (!primary) throw new Error('no primary');
      const seeds = members.map(({ server }) => server);
      return { seeds, about: primary.server, members, writesTo: seeds };
    },
  },
]);
