import { expect, test } from 'vitest';
import probe from '../../src/probes/server-files.ts';
import { fromConfig, identityOf, VERSIONS } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test.each(VERSIONS)('where a %s keeps its data', (version) => {
  expect(fromConfig(probe, version, plainTarget({ host: { kind: 'local' } })).dir).toMatch(/^\//);
});

test('without the host there is nothing to look for', () => {
  expect(() => fromConfig(probe, 'redis-7.0.15')).toThrow('the host was not looked at');
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
