import { TargetName } from '../../src/domain/ids.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { populate } from '../lab/lab.ts';
import { until } from '../support/cluster.ts';
import { plainTarget } from '../support/target.ts';
import { runChaos } from './chaos.ts';
import { lastingGroup } from './chaos-case.ts';

runChaos([
  {
    playbook: 'restore-keys',
    // Nothing that was acknowledged may be lost: what is there is kept.
    name: 'what is missing is put back into a group that goes on',
    target: { memoryLimitBytes: 2 ** 30 },
    async arrange(lab, works) {
      const members = await lastingGroup(lab, 1);
      const [primary] = members;
      if (!primary) throw new Error('no primary');
      const { server } = primary;
      await populate(server, 1000);
      const target = { ...plainTarget({ seeds: [server] }), name: TargetName.parse('chaos') };
      // On a busy machine the server may not have answered in time.
      await until(async () => {
        const taken = await takeBackup(works, { target, node: server, reason: { kind: 'manual' } });
        return taken.kind === 'taken';
      });
      await server.send('FLUSHALL');
      return { seeds: [server], about: server, members, writesTo: [server] };
    },
  },
]);
