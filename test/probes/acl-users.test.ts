import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import probe from '../../src/probes/acl-users.ts';
import { identityOf } from '../support/captured.ts';

const SEVEN = identityOf('redis-7.0.15');
const NINE = identityOf('valkey-9.1.2');
const names = (count: number) => Array.from({ length: count }, (_none, at) => `user-${at}`);

test('users without their hashes', () => {
  const lines = ['user default on nopass ~* &* +@all', `user shop on #${'cd'.repeat(32)} ~s:* -@all +get`];
  const users = probe.read([['default', 'shop'], lines], SEVEN);
  expect(users.map(({ name }) => name)).toEqual(['default', 'shop']);
  expect(JSON.stringify(users)).not.toContain('cdcd');
});

test.each([
  ['7.0', SEVEN, 4, true],
  ['7.0', SEVEN, 5, false],
  ['9.1', NINE, 300, true],
  ['9.1', NINE, 301, false],
])('%s: the list is asked for while it is cheap', (_version, server, count, want) => {
  expect(probe.further?.([names(count)], server)).toEqual(want ? [['ACL', 'LIST']] : []);
});

test('what would cost too much is told', () => {
  expect(() => probe.read([names(6)], SEVEN)).toThrow('6 users: ACL LIST would hold this server up');
});

test('a refusal leads nowhere and is told', () => {
  const refused = new ReplyError('NOPERM: acl|users');
  expect(probe.further?.([refused], SEVEN)).toEqual([]);
  expect(() => probe.read([refused], SEVEN)).toThrow('NOPERM: acl|users');
});
