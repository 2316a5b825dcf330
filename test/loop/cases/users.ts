import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { type Lab, populate, resp } from '../../lab/lab.ts';
import { memory } from '../../lab/scenarios/memory.ts';
import { FOR_OTHERS } from '../../lab/scenarios/security.ts';
import { ADVICE, type LoopCase, scenarioNamed } from '../loop-case.ts';

/** A server with an application that may do everything. */
async function withApplication(lab: Lab): Promise<RedisServer[]> {
  const server = await lab.start();
  await server.send('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all');
  return [server];
}

const MEDIC = { username: 'medic', password: 'secret-of-medic' };

export const users: readonly LoopCase[] = [
  {
    playbook: 'rotate-default-user',
    name: 'anyone who reaches the port is obeyed, the application too',
    target: { environment: 'production', credentials: MEDIC },
    asked: {
      because: 'only a person can make up the password of the new user',
      finds: 'no-auth-exposed',
      values: { user: 'app', hash: createHash('sha256').update('secret').digest('hex') },
    },
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start([...FOR_OTHERS, '--protected-mode', 'no']);
      await server.send('ACL', 'SETUSER', MEDIC.username, 'on', `>${MEDIC.password}`, '~*', '&*', '+@all');
      return [server];
    },
    async byHand({ application }) {
      application?.login({ username: 'app', password: 'secret' });
      return 'the application, which has no nightly jobs';
    },
    // The new user is only deleted while nobody is it.
    async after({ application }) {
      application?.login({});
    },
  },
  {
    playbook: 'deny-command',
    name: 'a job lists all keys, and nobody stops it',
    undo: 'as-before',
    async arrange(lab) {
      const [server] = await withApplication(lab);
      if (!server) throw new Error('no server');
      await populate(server, 20_000);
      const job = await lab.socket(server);
      job.resume();
      job.write(resp('AUTH', 'shop', 'secret'));
      lab.keepDoing(async () => void job.write(resp('KEYS', 'user:*')), 100);
      return [server];
    },
  },
  {
    playbook: 'revoke-wide-rights',
    name: 'an application may debug the server',
    asked: { because: ADVICE, finds: 'app-user-dangerous-perms', values: { command: 'debug', user: 'shop' } },
    undo: 'as-before',
    arrange: withApplication,
  },
  {
    playbook: 'save-users',
    name: 'a user that is not in the ACL file',
    asked: { because: ADVICE, finds: 'app-user-dangerous-perms' },
    undo: 'none',
    async arrange(lab) {
      const dir = await mkdtemp(join(tmpdir(), 'medic-users-'));
      lab.atEnd(() => rm(dir, { recursive: true, force: true }));
      await writeFile(join(dir, 'users.acl'), '');
      const server = await lab.start(['--aclfile', join(dir, 'users.acl')], { dir });
      await server.send('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '+@all');
      return [server];
    },
  },
  {
    playbook: 'flush-scripts',
    ...scenarioNamed(memory, 'a script that built a very long string'),
    undo: 'none',
  },
];
