import { expect, test } from 'vitest';
import { accountIn, ownUsers, UserName, withoutHashes } from '../../src/domain/acl-account.ts';
import { plainTarget } from '../support/target.ts';

const HASH = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';

test('what 7.0 and what 6.2 tell', () => {
  const new7 = [
    'flags',
    ['on', 'nopass'],
    'passwords',
    [HASH],
    'commands',
    '-@all +get',
    'keys',
    '~*',
    'channels',
    '',
    'selectors',
    [['x']],
  ];
  expect(accountIn(new7)).toEqual({ on: true, nopass: true, rules: ['-@all', '+get'], selectors: 1, everyKey: true });
  const old6 = ['flags', ['off'], 'passwords', [HASH], 'commands', '+@all', 'keys', ['app:*'], 'channels', []];
  expect(accountIn(old6)).toEqual({ on: false, nopass: false, rules: ['+@all'], selectors: 0, everyKey: false });
  expect(accountIn(null)).toBeUndefined();
  expect(() => accountIn('OK')).toThrow('something else');
});

test('hashes are gone, the rest is as it was', () => {
  const told = withoutHashes(['flags', ['on'], 'passwords', [HASH, HASH], 'commands', '+@all']);
  expect(JSON.stringify(told)).not.toContain(HASH.slice(0, 8));
  expect(told).toEqual(['flags', ['on'], 'passwords', ['hash', 'hash'], 'commands', '+@all']);
  expect(withoutHashes(null)).toBeNull();
});

test('whom redis-medic is: the default user where no name is set', () => {
  expect([...ownUsers(plainTarget({ credentials: {} }))]).toEqual(['default']);
  const both = { credentials: { username: 'ro', password: 'x' }, remediate: { username: 'fix', password: 'y' } };
  expect([...ownUsers(plainTarget(both))]).toEqual(['ro', 'fix']);
});

test.each(['a b', '#x', '>x', '', '(', 'x'.repeat(65)])('no name of a user: %s', (name) => {
  expect(UserName.safeParse(name).success).toBe(false);
});
