import { expect, test } from 'vitest';
import {
  type Claim,
  containerOf,
  groupFolders,
  isContained,
  isLikelyProcess,
  isThatProcess,
  type ProcessTexts,
  unitOf,
} from '../../src/domain/host-process.ts';

const claim: Claim = { pid: 812, port: 6379, uptimeSeconds: 1000, executable: '/usr/bin/redis-server' };

/** A process that began so many seconds ago on a host that is up for 5000 s. */
function texts(age: number, different: Partial<ProcessTexts> = {}): ProcessTexts {
  const ticks = (5000 - age) * 100;
  return {
    stat: `812 (redis-server) S 1 ${Array(17).fill(0).join(' ')} ${ticks} 0 0`,
    status: 'Name:\tredis-server\nNSpid:\t812\n',
    cmdline: '/usr/bin/redis-server 127.0.0.1:6379\0',
    uptime: '5000.00 9000.00\n',
    ...different,
  };
}

test.each<[string, ProcessTexts, boolean, boolean]>([
  ['as old as the server says', texts(1001), true, true],
  ['with another age, but titled with its port', texts(9), true, false],
  ['with another age and another port', texts(9, { cmdline: 'redis-server *:6380\0' }), false, false],
  ['with a port that only begins alike', texts(9, { cmdline: 'redis-server *:63791\0' }), false, false],
  [
    'that is another program',
    texts(1001, { stat: texts(1001).stat?.replace('redis-server', 'nginx'), cmdline: 'nginx\0' }),
    false,
    false,
  ],
  ['that has another number where it runs', texts(1001, { status: 'NSpid:\t812\t1\n' }), false, false],
  ['on a kernel that does not tell namespaces', texts(1001, { status: '' }), true, true],
  [
    'behind the loader of another C library',
    texts(1001, {
      stat: texts(1001).stat?.replace('redis-server', 'loader'),
      cmdline: '/run/loader\0--argv0\0valkey-server\0',
    }),
    true,
    true,
  ],
  ['that cannot be read', { stat: undefined, status: undefined, cmdline: undefined, uptime: '5000 1' }, false, false],
])('a process %s', (_what, seen, direct, searched) => {
  expect(isThatProcess(claim, seen)).toBe(direct);
  expect(isLikelyProcess(claim, seen)).toBe(searched);
});

test('a renamed program is known by its executable', () => {
  const seen = texts(1001, {
    stat: texts(1001).stat?.replace('redis-server', 'cachesrv'),
    cmdline: '/opt/cachesrv *:1\0',
  });
  expect(isThatProcess({ ...claim, executable: '/opt/cachesrv' }, seen)).toBe(true);
  expect(isThatProcess(claim, seen)).toBe(false);
});

const V1 =
  '9:name=systemd:/system.slice/redis-server.service\n4:memory:/system.slice/redis-server.service\n3:cpu,cpuacct:/system.slice\n';
const V2 = '0::/system.slice/redis-server@6380.service\n';
const POD = '0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-4f.scope\n';

test('the folders of a control group, old and new, from the innermost', () => {
  expect(groupFolders(V2, 'memory')).toEqual([
    '/sys/fs/cgroup/system.slice/redis-server@6380.service',
    '/sys/fs/cgroup/system.slice',
    '/sys/fs/cgroup',
  ]);
  expect(groupFolders(V1, 'memory').at(0)).toBe('/sys/fs/cgroup/memory/system.slice/redis-server.service');
  expect(groupFolders(V1, 'cpu')).toEqual(['/sys/fs/cgroup/cpu/system.slice', '/sys/fs/cgroup/cpu']);
  expect(groupFolders('0::/\n', 'cpu')).toEqual(['/sys/fs/cgroup']);
  expect(groupFolders('', 'cpu')).toEqual([]);
});

test.each([
  [V1, 'redis-server.service'],
  [V2, 'redis-server@6380.service'],
  [POD, undefined],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/redis.scope\n', undefined],
  ['0::/\n', undefined],
])('of %j the unit is %s', (cgroup, want) => expect(unitOf(cgroup)).toBe(want));

test.each([
  [POD, 'kubernetes'],
  ['12:memory:/docker/4f5a\n', 'container'],
  [V2, undefined],
])('%j runs in: %s', (cgroup, want) => expect(containerOf(cgroup)).toBe(want));

test('a process with a number of its own elsewhere sees other files', () => {
  expect(isContained('NSpid:\t812\t1\n', V2)).toBe(true);
  expect(isContained('NSpid:\t812\n', POD)).toBe(true);
  expect(isContained('NSpid:\t812\n', V2)).toBe(false);
});
