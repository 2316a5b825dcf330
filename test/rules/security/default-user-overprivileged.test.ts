import { expect, test } from 'vitest';
import { readAclUser } from '../../../src/domain/acl-user.ts';
import aclUsers from '../../../src/probes/acl-users.ts';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import rule from '../../../src/rules/security/default-user-overprivileged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const ALL = 'user default on nopass ~* &* +@all';

function client(user: string, more: Partial<Client> = {}): Client {
  return { user, flags: 'N', name: '', ...more } as Client;
}

test.each<[string, string, Client[], string]>([
  ['applications work as default', ALL, [client('default'), client('shop')], 'info'],
  ['with a password all the same', 'user default on #abc ~* &* +@all', [client('default')], 'info'],
  ['nobody does', ALL, [client('shop')], 'clear'],
  ['only we do', ALL, [client('default', { name: 'redis-medic' })], 'clear'],
  [
    'only replicas and Sentinels do',
    ALL,
    [client('default', { flags: 'S' }), client('default', { name: 'sentinel-ab-cmd' })],
    'clear',
  ],
  ['switched off', 'user default off ~* &* +@all', [client('default')], 'clear'],
  ['it may not do everything', 'user default on nopass ~* &* +@all -@dangerous', [client('default')], 'clear'],
  ['it may not touch every key', 'user default on nopass ~app:* &* +@all', [client('default')], 'clear'],
])('%s', (_what, line, clients, want) => {
  const readings = [saw(aclUsers, [readAclUser(line)]), saw(clientList, clients)];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
