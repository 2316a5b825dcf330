import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseHostKey, sameKey, trustedKeys } from '../../../src/io/host/host-keys.ts';

function key(type = 'ssh-ed25519', body = randomBytes(36)): string {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return `${type} ${Buffer.concat([length, name, body]).toString('base64')}`;
}

const known = (text: string, host: string, port = 22) =>
  trustedKeys({ knownHosts: text }, host, port).map(({ type, blob }) => `${type} ${blob.toString('base64')}`);

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

const [ONE, TWO] = [key(), key('ssh-rsa')];

test.each<[string, string, string, number, string[]]>([
  ['a name', `cache.internal ${ONE}`, 'cache.internal', 22, [ONE]],
  ['a name in capital letters', `Cache.internal ${ONE}`, 'cache.INTERNAL', 22, [ONE]],
  ['names with a comment behind', `a,cache,10.0.0.1 ${ONE} root@cache`, '10.0.0.1', 22, [ONE]],
  ['a port', `[cache]:2222 ${ONE}`, 'cache', 2222, [ONE]],
  ['another port', `cache ${ONE}`, 'cache', 2222, []],
  ['a pattern', `*.internal,!bad.internal ${ONE}`, 'cache.internal', 22, [ONE]],
  ['an exception of a pattern', `*.internal,!bad.internal ${ONE}`, 'bad.internal', 22, []],
  ['a dot that is no wildcard', `a.b ${ONE}`, 'axb', 22, []],
  ['a hash', `${hashed('cache')} ${ONE}`, 'cache', 22, [ONE]],
  ['the hash of another', `${hashed('other')} ${ONE}`, 'cache', 22, []],
  ['several keys', `cache ${ONE}\n# cache ${key()}\ncache ${TWO}\nother ${key()}`, 'cache', 22, [ONE, TWO]],
  ['a revoked key', `cache ${ONE}\n@revoked * ${ONE}\ncache ${TWO}`, 'cache', 22, [TWO]],
  ['an authority, which we do not follow', `@cert-authority * ${ONE}`, 'cache', 22, []],
  ['nonsense', 'cache\ncache ssh-ed25519\ncache ssh-ed25519 AAAA\ncache ssh-rsa !!!!', 'cache', 22, []],
])('known_hosts with %s', (_what, text, host, port, want) => {
  expect(known(text, host, port)).toEqual(want);
});

test('a key must be of the type that it says', () => {
  expect(parseHostKey(`${ONE} comment`)?.type).toBe('ssh-ed25519');
  expect(parseHostKey(ONE.replace('ssh-ed25519', 'ssh-rsa'))).toBeUndefined();
  expect(parseHostKey('')).toBeUndefined();
});

test('keys that are written down hold for every address', () => {
  expect(trustedKeys({ keys: [ONE, TWO] }, 'any', 2222)).toHaveLength(2);
});

test('keys are compared whole', () => {
  expect(sameKey(Buffer.from('abc'), Buffer.from('abc'))).toBe(true);
  expect(sameKey(Buffer.from('abc'), Buffer.from('abd'))).toBe(false);
  expect(sameKey(Buffer.from('abc'), Buffer.from('ab'))).toBe(false);
});
