import { expect, test } from 'vitest';
import probe from '../../src/probes/modules.ts';
import { identityOf } from '../support/captured.ts';

test('names, versions and paths, without the arguments', () => {
  const reply = [
    ['name', 'vectorset', 'ver', 1, 'path', '', 'args', []],
    ['name', 'search', 'ver', 20_810, 'path', '/usr/lib/redis/search.so', 'args', ['PASSWORD', 'secret']],
    ['name', 'old', 'ver', 3],
  ];
  expect(probe.read([reply], identityOf('redis-7.0.15'))).toEqual([
    { name: 'vectorset', version: '1', path: '' },
    { name: 'search', version: '20810', path: '/usr/lib/redis/search.so' },
    { name: 'old', version: '3', path: undefined },
  ]);
});
