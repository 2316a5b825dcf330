import { expect, test } from 'vitest';
import { nodeName, parseNodeName, reachableAt } from '../../src/domain/target.ts';

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
