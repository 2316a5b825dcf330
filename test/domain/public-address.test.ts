import { expect, test } from 'vitest';
import { isPublicAddress } from '../../src/domain/public-address.ts';

test.each([
  ['185.10.20.30', true],
  ['172.15.0.1', true],
  ['172.16.0.1', false],
  ['172.31.255.1', false],
  ['172.32.0.1', true],
  ['10.1.2.3', false],
  ['192.168.0.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['100.128.0.1', true],
  ['127.0.0.1', false],
  ['2a01:4f8::1', true],
  ['fd00::1', false],
  ['fe80::1', false],
  ['::1', false],
  ['redis-0.redis.default.svc', false],
])('%s: %s', (host, want) => {
  expect(isPublicAddress(host)).toBe(want);
});
