import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { type Lab, pipeline } from '../../lab/lab.ts';
import type { LoopCase } from '../loop-case.ts';

/** A server with an application that may do everything. */
async function withApplication(lab: Lab): Promise<RedisServer[]> {
  const server = await lab.start();
  await server.send('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all');
  return [server];
}

export const users: readonly LoopCase[] = [
  {
    playbook: 'deny-command',
    name: 'a job lists all keys, and nobody stops it',
    asked: { values: { command: 'keys', user: 'shop' } },
    undo: 'as-before',
    arrange: withApplication,
  },
  {
    playbook: 'revoke-wide-rights',
    name: 'an application may debug the server',
    asked: { values: { command: 'debug', user: 'shop' } },
    undo: 'as-before',
    arrange: withApplication,
  },
  {
    playbook: 'save-users',
    name: 'a user that is not in the ACL file',
    asked: {},
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
    name: 'a release left the scripts that an application pasted its values into',
    asked: { values: { fallback: true } },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start();
      const scripts = Array.from({ length: 1500 }, (_none, at) => ['EVAL', `return ${at}`, '0']);
      await pipeline(server, scripts);
      return [server];
    },
  },
];
