import { TargetName } from '../../src/domain/ids.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { populate } from '../lab/lab.ts';
import { plainTarget } from '../support/target.ts';
import { runChaos } from './chaos.ts';
import { lasting } from './chaos-case.ts';

runChaos([
  {
    playbook: 'restore-over-wire',
    name: 'a backup replaces what a server holds',
    target: { memoryLimitBytes: 2 ** 30 },
    // What is written after the backup, as the plan says.
    loses: true,
    async arrange(lab, works) {
      const member = await lasting(lab);
      const { server } = member;
      await populate(server, 1000);
      const target = { ...plainTarget({ seeds: [server] }), name: TargetName.parse('chaos') };
      const take = () => takeBackup(works, { target, node: server, reason: { kind: 'manual' } });
      let taken = await take();
      // On a busy machine the server may not have answered in time.
      for (let left = 5; left > 0 && taken.kind !== 'taken'; left -= 1) taken = await take();
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await server.send('SET', 'newer', '1');
      return { seeds: [server], about: server, members: [member], writesTo: [server] };
    },
  },
]);
