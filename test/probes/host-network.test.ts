import { expect, test } from 'vitest';
import probe from '../../src/probes/host-network.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test('sockets, overflows and cards', () => {
  const seen = readHost(probe, {
    '/net/netstat': hostText('netstat-with-overflows'),
    '/net/dev': hostText('net-dev-of-two-cards'),
    '/speed': [
      ['/sys/class/net/eth0/speed', '10000\n'],
      ['/sys/class/net/bond0.7/speed', '-1\n'],
    ],
    ss: hostText('listening-sockets'),
  });
  expect(seen).toEqual({
    listenOverflows: 3350,
    listening: [
      { address: '127.0.0.1:6379', waiting: 129, backlog: 128 },
      { address: '[::1]:6379', waiting: 0, backlog: 128 },
    ],
    interfaces: [
      { name: 'eth0', received: 590_162_450, sent: 864_601, speed: 10_000_000_000 },
      { name: 'bond0.7', received: 1000, sent: 2000 },
    ],
  });
});

test('without ss and counters the cards are left', () => {
  expect(readHost(probe, { '/net/dev': 'eth0: 1 2 3 4 5 6 7 8 9\n' })).toEqual({
    listenOverflows: undefined,
    listening: [],
    interfaces: [{ name: 'eth0', received: 1, sent: 9 }],
  });
});
