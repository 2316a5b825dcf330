import { takeBackup } from '../../../src/flow/backup/take.ts';
import { populate } from '../../lab/lab.ts';
import type { LoopCase } from '../loop-case.ts';

export const backup: readonly LoopCase[] = [
  {
    playbook: 'backup',
    name: 'a store of which there is no copy',
    target: { purpose: 'store', objectives: { backupAgeSeconds: 86_400 } },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start();
      await populate(server, 1000);
      return [server];
    },
  },
  {
    playbook: 'restore-over-wire',
    name: 'somebody deleted everything',
    target: { purpose: 'store', memoryLimitBytes: 2 ** 30 },
    undo: 'none',
    loses: /lost|replaced/,
    async arrange(lab) {
      const server = await lab.start(['--appendonly', 'yes']);
      await populate(server, 1000);
      return [server];
    },
    async prepare({ works, target, lab }) {
      const [server] = lab.servers;
      if (!server) throw new Error('no server');
      const taken = await takeBackup(works, { target, node: server, reason: { kind: 'manual' } });
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await server.send('FLUSHALL');
    },
    async after({ lab }) {
      const [server] = lab.servers;
      if ((await server?.send('EXISTS', 'key:0', 'key:999')) !== 2) throw new Error('the keys are not back');
    },
  },
  {
    playbook: 'restore-keys',
    name: 'somebody deleted most of the keys, and the application goes on',
    target: { purpose: 'store', memoryLimitBytes: 2 ** 30 },
    undo: 'none',
    async arrange(lab) {
      const primary = await lab.start(['--appendonly', 'yes']);
      await populate(primary, 10_000);
      return [primary];
    },
    async prepare({ works, target, lab }) {
      const [server] = lab.servers;
      if (!server) throw new Error('no server');
      const taken = await takeBackup(works, { target, node: server, reason: { kind: 'manual' } });
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await server.send('SET', 'key:1', 'written since');
      // All but some, at once, as the application writes new ones all the while.
      await server.send('UNLINK', ...Array.from({ length: 9700 }, (_none, at) => `key:${at + 300}`));
    },
    async after({ lab }) {
      const [server] = lab.servers;
      if ((await server?.send('EXISTS', 'key:300', 'key:9999')) !== 2) throw new Error('the keys are not back');
      if ((await server?.send('GET', 'key:1')) !== 'written since') throw new Error('what was written since is lost');
    },
  },
  {
    playbook: 'safe-restart',
    name: 'a server must be restarted, and what it has is not on its disk',
    target: { purpose: 'store' },
    asked: {
      because: 'what makes a restart lose data has a remedy of its own, which is offered instead',
      finds: 'shutdown-would-lose-data',
    },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start();
      await populate(server, 1000);
      return [server];
    },
    async byHand({ lab }) {
      const [server] = lab.servers;
      if (!server) throw new Error('no server');
      // The application writes on, and without save points only this keeps what it writes.
      await server.send('SHUTDOWN', 'SAVE').catch(() => undefined);
      await lab.gone(server);
      await lab.start([], { port: server.port, dir: server.dir });
      return 'restarted';
    },
  },
];
