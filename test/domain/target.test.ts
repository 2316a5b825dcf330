import { expect, test } from 'vitest';
import { nodeName, parseNodeName, reachableAt, sentinelLogin, whereabouts } from '../../src/domain/target.ts';
import { plainTarget } from '../support/target.ts';

test.each(['10.0.0.1:6379', 'db.internal:7000', '[::1]:6379'])('%s is a name and an address', (name) => {
  expect(nodeName(parseNodeName(name))).toBe(name);
});

test.each([
  ['10.0.0.1:6379', '127.0.0.1:7001'],
  ['10.0.0.1:6380', 'bastion:6380'],
  ['10.0.0.2:6379', '10.0.0.2:6379'],
  ['DB.internal:6379', 'db.example:6379'],
])('the way to %s is %s', (announced, way) => {
  const addresses = [
    { announced: { host: '10.0.0.1' }, reachable: { host: 'bastion' } },
    { announced: { host: '10.0.0.1', port: 6379 }, reachable: { host: '127.0.0.1', port: 7001 } },
    { announced: { host: 'db.internal', port: 6379 }, reachable: { host: 'db.example' } },
  ];
  expect(nodeName(reachableAt({ addresses }, parseNodeName(announced)))).toBe(way);
});

const watched = plainTarget({
  credentials: { password: 'servers' },
  tls: { ca: 'servers' },
  sentinel: {
    seeds: [26_379, 26_380, 26_381, 26_382].map((port) => ({ host: 's', port })),
    master: 'orders',
    credentials: {},
  },
});

test('a Sentinel gets neither the login nor the certificates of the servers', () => {
  expect(sentinelLogin(watched)).toMatchObject({ credentials: {} });
  expect(sentinelLogin(watched)).not.toHaveProperty('tls');
  const own = { seeds: [], master: 'orders', credentials: { username: 'medic-ro' }, tls: { ca: 'sentinels' } };
  expect(sentinelLogin({ ...watched, sentinel: own })).toMatchObject({
    credentials: { username: 'medic-ro' },
    tls: { ca: 'sentinels' },
  });
});

test('a target is shown by its addresses, or by its master and Sentinels', () => {
  expect(whereabouts(plainTarget({ seeds: [{ host: 'h', port: 6379 }] }))).toBe('h:6379');
  expect(whereabouts(watched)).toBe('orders, watched by s:26379, s:26380, s:26381 and 1 more');
});
