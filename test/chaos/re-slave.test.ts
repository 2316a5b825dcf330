import { runChaos } from './chaos.ts';
import { lasting } from './chaos-case.ts';

runChaos([
  {
    playbook: 're-slave',
    name: 'a replica copies everything again',
    target: { kind: 'replication' },
    async arrange(lab) {
      const primary = await lasting(lab);
      const replica = await lasting(lab, [], primary.server);
      const members = [primary, replica];
      const seeds = members.map(({ server }) => server);
      return { seeds, about: replica.server, members, writesTo: seeds };
    },
  },
]);
