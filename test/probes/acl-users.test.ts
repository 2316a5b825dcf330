import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import probe from '../../src/probes/acl-users.ts';
import { identityOf } from '../support/captured.ts';

test('users without their hashes', () => {
  const lines = ['user default on nopass ~* &* +@all', `user shop on #${'cd'.repeat(32)} ~s:* -@all +get`];
  const users = probe.read([lines], identityOf('redis-7.0.15'));
  expect(users.map(({ name }) => name)).toEqual(['default', 'shop']);
  expect(JSON.stringify(users)).not.toContain('cdcd');
});

test('a refusal is told', () => {
  expect(() => probe.read([new ReplyError('NOPERM: acl|list')], identityOf('redis-7.0.15'))).toThrow(
    'NOPERM: acl|list',
  );
});
