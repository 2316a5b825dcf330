import { expect, test } from 'vitest';
import { parseAddress, parseRedisUrl, targetFromUrl } from '../../src/domain/redis-url.ts';

test.each([
  ['redis://cache', { address: { host: 'cache', port: 6379 }, credentials: {}, tls: false }],
  ['rediss://cache:6380/', { address: { host: 'cache', port: 6380 }, credentials: {}, tls: true }],
  ['redis://[::1]:7000/0', { address: { host: '::1', port: 7000 }, credentials: {}, tls: false }],
  ['redis://:p%40ss@h', { address: { host: 'h', port: 6379 }, credentials: { password: 'p@ss' }, tls: false }],
  [
    'redis://me:p@h',
    { address: { host: 'h', port: 6379 }, credentials: { username: 'me', password: 'p' }, tls: false },
  ],
])('%s is read', (text, want) => {
  expect(parseRedisUrl(text)).toEqual(want);
});

test.each([
  ['http://cache', /redis:\/\//],
  ['redis://', /cannot be read|no host/],
  ['redis://host:99999', /^a port is a number from 1 to 65535$/],
  ['redis://u:p@host:63790000/0', /^a port is/],
  ['redis://u:p/w@host:63790', /cannot be read.*%2F/],
  ['redis://host:0', /port 0/],
  ['redis://host/db', /database number/],
  ['redis://host?x=1', /must end/],
  ['redis://u:%zz@host', /%25/],
])('%s is refused with the reason', (text, why) => {
  expect(parseRedisUrl(text)).toMatch(why);
});

test('a reason never repeats the password', () => {
  expect(parseRedisUrl('redis://u:hunter2@host:99999')).not.toContain('hunter2');
});

test.each([
  ['10.0.0.1:7000', { host: '10.0.0.1', port: 7000 }],
  ['cache', { host: 'cache', port: 6379 }],
  ['[::1]:7000', { host: '::1', port: 7000 }],
  ['::1', undefined],
  ['cache:0', undefined],
  ['cache:99999', undefined],
  ['a b:1', undefined],
])('the address %s', (text, want) => {
  expect(parseAddress(text, 6379)).toEqual(want);
});

test('a URL is a target of its own, with TLS when it says so', () => {
  const target = targetFromUrl('rediss://me:pw@[::1]:7000');
  expect(target).toMatchObject({
    name: '[::1]:7000',
    seeds: [{ host: '::1', port: 7000 }],
    credentials: { username: 'me', password: 'pw' },
    tls: {},
  });
  expect(targetFromUrl('redis://cache').tls).toBeUndefined();
});

test.each([
  'redis://u:hunter2@host:99999',
  'u:hunter2@host',
  'redis://u:hun/ter2?@host',
  'redis://host?password=hunter2',
])('the problem with %s does not repeat its password', (text) => {
  expect(() => targetFromUrl(text)).toThrow(/is not a Redis URL/);
  expect(() => targetFromUrl(text)).not.toThrow(/hunter2|hun|ter2/);
});
