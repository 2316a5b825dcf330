import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast } from '../../../src/domain/server.ts';
import type { Lab, Scenario } from '../lab.ts';

/** An address of nobody: the server is told to listen there too, skips it as it has none such, and stays on loopback. */
export const FOR_OTHERS = ['--bind', '127.0.0.1 -192.0.2.1'];
const PASSWORD = 'correct-horse';
const inProduction = { environment: 'production' };
const quick = { seconds: 0.2 };

async function folder(lab: Lab, name = ''): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'redis-medic-'));
  lab.atEnd(() => rm(made, { recursive: true, force: true }));
  const inside = join(made, name);
  await mkdir(inside, { recursive: true });
  return inside;
}

/** Doors that stand open, and servers that are guarded well enough. */
export const security: readonly Scenario[] = [
  {
    ...quick,
    name: 'anyone who reaches the port is obeyed',
    finds: { 'no-auth-exposed': 'critical' },
    besides: ['protected-mode-off'],
    target: inProduction,
    arrange: async (lab) => [await lab.start([...FOR_OTHERS, '--protected-mode', 'no'])],
  },
  {
    ...quick,
    name: 'an ACL file makes the password of the configuration void',
    finds: { 'requirepass-ignored-by-aclfile': 'critical' },
    async arrange(lab) {
      const inside = await folder(lab);
      const [acl, more] = [join(inside, 'users.acl'), join(inside, 'more.conf')];
      await writeFile(acl, '');
      await writeFile(more, `requirepass ${PASSWORD}\naclfile ${acl}\n`);
      return [await lab.start(['--include', more])];
    },
  },
  {
    ...quick,
    name: 'somebody guesses passwords',
    finds: { 'auth-failures': 'critical' },
    async arrange(lab) {
      const server = await lab.start();
      // A connection each: newer versions close one whose login failed.
      await Promise.all(Array.from({ length: 60 }, (_none, at) => server.send('AUTH', 'admin', `guess-${at}`)));
      return [server];
    },
  },
  {
    ...quick,
    name: 'one who logged in may run DEBUG from anywhere',
    finds: { 'debug-or-protected-configs-enabled': 'high' },
    on: (_engine, version) => atLeast(version, '7.0'),
    target: { ...inProduction, credentials: { password: PASSWORD } },
    arrange: async (lab) => [
      await lab.start([...FOR_OTHERS, '--requirepass', PASSWORD, '--enable-debug-command', 'yes']),
    ],
  },
  {
    ...quick,
    name: 'snapshots go where SSH looks for keys',
    finds: { 'compromise-indicators': 'critical' },
    async arrange(lab) {
      const dir = await folder(lab, '.ssh');
      return [await lab.start(['--dir', dir, '--dbfilename', 'authorized_keys'])];
    },
  },
  {
    ...quick,
    name: 'an application may do everything, and others share the default user',
    finds: { 'app-user-dangerous-perms': 'info', 'default-user-overprivileged': 'info' },
    async arrange(lab) {
      const server = await lab.start();
      await server.send('ACL', 'SETUSER', 'shop', 'on', '>pw', '~*', '+@all');
      await lab.socket(server, 'cart-1');
      return [server];
    },
  },
  {
    ...quick,
    name: 'well guarded: for other hosts with a password, users with what they need, TLS left to the network',
    finds: {},
    target: { ...inProduction, credentials: { username: 'medic', password: 'pw' }, adminUsers: ['ops'] },
    async arrange(lab) {
      const server = await lab.start(FOR_OTHERS);
      await server.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+@all', '-@scripting');
      await server.send('ACL', 'SETUSER', 'ops', 'on', '>pw', '~*', '&*', '+@all');
      await server.send('ACL', 'SETUSER', 'shop', 'on', '>pw', '~shop:*', '+@read', '+@write');
      await server.send('ACL', 'SETUSER', 'default', 'off');
      return [server];
    },
  },
];
