import { expect, test } from 'vitest';
import { mayDoEverything, powersOf, readAclUser } from '../../src/domain/acl-user.ts';

const HASH = `#${'ab'.repeat(32)}`;

test('a line of ACL LIST, without its password hashes', () => {
  const user = readAclUser(`user shop on sanitize-payload ${HASH} ~app:* resetchannels &news -@all +get +config|get`);
  expect(user).toEqual({
    name: 'shop',
    on: true,
    nopass: false,
    commands: [['-@all', '+get', '+config|get']],
    everyKey: false,
    noKey: false,
  });
  expect(JSON.stringify(user)).not.toContain('abab');
});

test.each([
  ['user default on nopass ~* &* +@all', true],
  ['user default on nopass sanitize-payload ~* &* +@all', true],
  ['user default on nopass ~* &* alldbs +@all', true],
  ['user default on nopass allkeys allchannels allcommands', true],
  ['user default on nopass ~* &* +@all -debug', false],
  ['user default on nopass %R~* &* +@all', false],
])('%s: everything %s', (line, want) => {
  expect(mayDoEverything(readAclUser(line))).toBe(want);
});

test.each([
  ['-@all +get', []],
  ['-@all +config', ['config|set']],
  ['-@all +config -config|set', []],
  ['+@all -@admin', ['eval']],
  ['+@all -@dangerous -eval', []],
  ['-@all +@scripting', ['eval']],
  ['-@admin +@all -@scripting', ['config|set', 'debug', 'module|load', 'acl|setuser', 'replicaof', 'shutdown']],
  ['-@all +get (~x -@all +debug)', ['debug']],
  ['+@all (~x -@all)', ['config|set', 'debug', 'module|load', 'acl|setuser', 'replicaof', 'shutdown', 'eval']],
])('%s has the powers %j', (rules, want) => {
  expect(powersOf(readAclUser(`user x on ${rules}`))).toEqual(want);
});

test('no key, some keys', () => {
  expect(readAclUser('user x on -@all').noKey).toBe(true);
  expect(readAclUser('user x on %R~a:* -@all').noKey).toBe(false);
});
