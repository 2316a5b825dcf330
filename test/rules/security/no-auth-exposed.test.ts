import { expect, test } from 'vitest';
import { readAclUser } from '../../../src/domain/acl-user.ts';
import aclUsers from '../../../src/probes/acl-users.ts';
import rule from '../../../src/rules/security/no-auth-exposed.ts';
import { said, saw } from '../../support/scene.ts';
import { type Guarded, guarded, OPEN } from '../../support/security.ts';

const user = (line: string) => saw(aclUsers, [readAclUser(`user default ${line}`)]);

test.each<[string, Guarded, string]>([
  ['open to everyone', { config: OPEN }, 'critical'],
  ['on one private address', { config: { bind: '10.0.0.5', protected_mode: 'no' } }, 'critical'],
  [
    'before 7.0 no bind means every interface',
    { config: { ...OPEN, bind: '' }, identity: { version: '6.2.16' } },
    'critical',
  ],
  ['since 7.0 no bind means a socket file only', { config: { ...OPEN, bind: '' } }, 'clear'],
  ['with a password', { config: OPEN, identity: { admitsAnyone: false } }, 'clear'],
  ['in a place to develop in', { config: OPEN, target: { environment: 'dev' } }, 'warning'],
  ['fresh on the loopback address', {}, 'clear'],
  ['fresh with protected mode', { config: { bind: '* -::*' } }, 'clear'],
  ['on loopback in production', { target: { environment: 'production' } }, 'info'],
  ['on loopback without protected mode', { config: { protected_mode: 'no' } }, 'clear'],
  ['kept by protected mode in production', { config: { bind: '*' }, target: { environment: 'production' } }, 'info'],
  ['a default user who may only ask', { config: OPEN, also: [user('on nopass resetchannels -@all +ping')] }, 'clear'],
  [
    'a default user without keys who may run scripts',
    { config: OPEN, also: [user('on nopass -@all +eval')] },
    'critical',
  ],
  ['certificates for everyone', { config: { ...OPEN, port: 0, tls_port: 6379, tls_auth_clients: 'yes' } }, 'clear'],
  ['TLS without certificates', { config: { ...OPEN, port: 0, tls_port: 6379, tls_auth_clients: 'no' } }, 'critical'],
  ['a plain port beside TLS', { config: { ...OPEN, tls_port: 6380, tls_auth_clients: 'yes' } }, 'critical'],
  ['CONFIG is closed and we came from this host', { config: 'NOPERM: config|get' }, 'unassessed'],
  [
    'CONFIG is closed and we came from another host',
    { config: 'NOPERM: config|get', name: '10.0.0.5:6379' },
    'critical',
  ],
  [
    'inside the network of a service',
    {
      config: 'not offered',
      name: 'x.cache.amazonaws.com:6379',
      identity: { provider: { id: 'elasticache', by: '' } },
    },
    'info',
  ],
])('%s: %#', (_what, guard, want) => {
  expect(said(rule, guarded(guard))).toBe(want);
});

test('who was not met is not judged', () => {
  const snapshot = guarded({ config: OPEN });
  const [node] = snapshot.nodes;
  if (node?.kind === 'read') delete node.identity.admitsAnyone;
  expect(said(rule, snapshot)).toBe('unassessed');
});
