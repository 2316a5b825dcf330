import { expect, test } from 'vitest';
import probe from '../../src/probes/host-package.ts';
import { readHost } from '../support/host-answers.ts';

const DEBIAN = 'un  redis \nun  redis-server \nii  redis-tools 5:7.0.15-1~deb12u10\nii  redisearch 1.2\n';

test('the package of Debian, with what Debian added to the version', () => {
  const seen = readHost(probe, { 'dpkg-query': DEBIAN, 'stat -L': '/usr/bin/redis-server\n' });
  expect(seen).toEqual({ packages: [{ name: 'redis-tools', version: '5:7.0.15-1~deb12u10', system: 'dpkg' }] });
});

test('the package of Fedora', () => {
  const seen = readHost(probe, { rpm: 'valkey 8.0.1-3.fc41\n', 'stat -L': '/usr/bin/valkey-server\n' });
  expect(seen).toEqual({ packages: [{ name: 'valkey', version: '8.0.1-3.fc41', system: 'rpm' }] });
});

test('a program that was put there by hand is of no package', () => {
  expect(() => readHost(probe, { 'dpkg-query': DEBIAN, 'stat -L': '/usr/local/bin/redis-server\n' })).toThrow(
    'belongs to no package',
  );
});
