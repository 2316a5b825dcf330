import { expect, test } from 'vitest';
import probe from '../../src/probes/host-kernel.ts';
import { readHost } from '../support/host-answers.ts';

test('the settings of a kernel, those that it lacks missing', () => {
  const seen = readHost(probe, {
    '/osrelease': '6.1.0-28-amd64\n',
    'uname -m': 'x86_64\n',
    '/overcommit_memory': '0\n',
    '/swappiness': '60\n',
    '/somaxconn': '128\n',
    '/tcp_max_syn_backlog': '512\n',
    '/node/online': '0-1\n',
    '/cpu/online': '0-15\n',
  });
  expect(seen).toEqual({
    release: '6.1.0-28-amd64',
    machine: 'x86_64',
    overcommit_memory: 0,
    swappiness: 60,
    zone_reclaim_mode: undefined,
    somaxconn: 128,
    tcp_max_syn_backlog: 512,
    numaNodes: 2,
    cpus: 16,
  });
});
