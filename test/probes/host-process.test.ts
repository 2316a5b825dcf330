import { expect, test } from 'vitest';
import probe from '../../src/probes/host-process.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test('the process of a service', () => {
  const seen = readHost(probe, {
    '/status': hostText('status-of-a-service'),
    '/stat': hostText('stat-of-a-service'),
    '/cgroup': '0::/system.slice/redis-server.service\n',
    '/oom_score_adj': '-900\n',
  });
  expect(seen).toEqual({
    name: 'redis-server',
    uid: 107,
    gids: [114, 114],
    resident: 7_002_112 * 1024,
    swapped: 212_988 * 1024,
    hugePagesAllowed: false,
    cpusAllowed: 8,
    numaNodesAllowed: 2,
    startedAt: 12.87,
    oomScoreAdj: -900,
    container: undefined,
    group: '/system.slice/redis-server.service',
  });
});

test('what an old kernel does not tell is missing', () => {
  const seen = readHost(probe, {
    '/status': 'Name:\tredis-server\nUid:\t0\t0\t0\t0\n',
    '/cgroup': '4:memory:/docker/4f\n',
  });
  expect(seen).toMatchObject({
    uid: 0,
    swapped: undefined,
    hugePagesAllowed: undefined,
    startedAt: undefined,
    container: 'container',
  });
});

test('a process that we may not see is a reason', () => {
  expect(() => readHost(probe, {})).toThrow('permission denied: /proc/{pid}/status');
});
