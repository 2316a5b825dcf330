import { expect, test } from 'vitest';
import { TargetName } from '../../src/domain/ids.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { NO_SERVICE, startService } from '../support/service.ts';
import { plainTarget } from '../support/target.ts';
import { runChaos } from './chaos.ts';
import type { ChaosCase } from './chaos-case.ts';

const CASES: readonly ChaosCase[] = [
  {
    playbook: 'restore-on-host',
    name: 'a backup is sent to a machine and replaces what its server holds',
    target: { memoryLimitBytes: 2 ** 30 },
    // What is written after the backup, as the plan says.
    loses: true,
    long: true,
    async arrange(lab, works) {
      const service = await startService(lab.binary, ['appendonly yes', 'appendfsync always', 'save ""']);
      lab.atEnd(() => service.end());
      await service.send('DEBUG', 'POPULATE', '1000', 'key', '100');
      const target = { ...plainTarget({ seeds: [service] }), name: TargetName.parse('chaos') };
      const take = () => takeBackup(works, { target, node: service, reason: { kind: 'manual' } });
      let taken = await take();
      // On a busy machine the server may not have answered in time.
      for (let left = 5; left > 0 && taken.kind !== 'taken'; left -= 1) taken = await take();
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await service.send('FLUSHALL');
      await service.send('SET', 'after', 'the accident');
      return {
        seeds: [service],
        about: service,
        members: [{ server: service, revive: async () => service.revive().then(() => service), returnsAs: 'primary' }],
        writesTo: [service],
        host: service.access,
        // All of the one or all of the other, and nothing else is called a success.
        async amiss({ verdict }) {
          const silent = await service.answers().catch((error: Error) => error.message);
          if (silent !== undefined) return [silent];
          const holds = await Promise.all([
            service.send('EXISTS', 'key:0', 'key:999'),
            service.send('EXISTS', 'after'),
          ]).then(String);
          const fine = verdict === 'verified' ? ['2,0'] : ['2,0', '0,1'];
          return fine.includes(holds) ? [] : [`${verdict}, and of the backup and of what was before it holds ${holds}`];
        },
      };
    },
  },
];

runChaos(NO_SERVICE === undefined ? CASES : []);

test.runIf(NO_SERVICE !== undefined)(`nothing dies on machines, as no service can be made here: ${NO_SERVICE}`, () => {
  expect(CASES.length).toBeGreaterThan(0);
});
