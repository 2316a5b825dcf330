import { expect, test } from 'vitest';
import probe from '../../src/probes/host-files.ts';
import { readHost } from '../support/host-answers.ts';

test('modes, owners and sizes', () => {
  const seen = readHost(probe, {
    '{config_file}': [['/etc/redis/redis.conf', '640 107 114 92344 redis\n']],
    '{config_dir}': [['/etc/redis/', '2770 0 114 4096 root\n']],
    '{rdb_file}': [['/var/lib/redis/dump.rdb', '660 107 114 123456789 redis\n']],
  });
  expect(seen).toEqual({
    config: { path: '/etc/redis/redis.conf', mode: 0o640, uid: 107, gid: 114, owner: 'redis', bytes: 92_344 },
    configFolder: { path: '/etc/redis/', mode: 0o2770, uid: 0, gid: 114, owner: 'root', bytes: 4096 },
    acl: undefined,
    snapshot: { path: '/var/lib/redis/dump.rdb', mode: 0o660, uid: 107, gid: 114, owner: 'redis', bytes: 123_456_789 },
    data: undefined,
  });
});

test('a host that shows none is a reason', () => {
  expect(() => readHost(probe, {})).toThrow('permission denied: {dir}');
});
