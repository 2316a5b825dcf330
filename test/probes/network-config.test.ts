import { expect, test } from 'vitest';
import networkConfig from '../../src/probes/network-config.ts';

test('reads how connections are kept', () => {
  const reply = [
    'timeout',
    '0',
    'tcp-keepalive',
    '300',
    'tcp-backlog',
    '511',
    'maxclients',
    '10000',
    'loglevel',
    'notice',
  ];
  expect(networkConfig.read([reply], {} as never)).toEqual({
    timeout: 0,
    tcp_keepalive: 300,
    tcp_backlog: 511,
    maxclients: 10_000,
    loglevel: 'notice',
  });
});
