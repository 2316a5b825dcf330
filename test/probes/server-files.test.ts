import { expect, test } from 'vitest';
import probe from '../../src/probes/server-files.ts';
import { fromConfig, identityOf, VERSIONS } from '../support/captured.ts';

test.each(VERSIONS)('where a %s keeps its data', (version) => {
  expect(fromConfig(probe, version).dir).toMatch(/^\//);
});

test('6.2 has no folder of its own for the append-only file', () => {
  const old = [
    ['dir', '/data'],
    ['dbfilename', 'dump.rdb'],
    [],
    ['appendfilename', 'appendonly.aof'],
    ['aclfile', ''],
    ['logfile', '/var/log/redis.log'],
  ];
  expect(probe.read(old, identityOf('redis-6.2.16'))).toEqual({
    dir: '/data',
    dbfilename: 'dump.rdb',
    appenddirname: undefined,
    appendfilename: 'appendonly.aof',
    aclfile: '',
    logfile: '/var/log/redis.log',
  });
});
