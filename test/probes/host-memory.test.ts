import { expect, test } from 'vitest';
import probe from '../../src/probes/host-memory.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const HOST = {
  '/proc/meminfo': hostText('meminfo-of-16-gigabytes'),
  '/proc/vmstat': hostText('vmstat-of-a-host-that-swaps'),
};
const GIB = 1024 ** 3;

test('the memory of a host without limits', () => {
  expect(readHost(probe, HOST)).toMatchObject({
    total: 16_384_000 * 1024,
    available: 6_144_000 * 1024,
    swapTotal: 2_097_148 * 1024,
    swapFree: 1_884_160 * 1024,
    commitLimit: 10_289_148 * 1024,
    committed: 11_252_468 * 1024,
    pagesSwappedIn: 40_211,
    pagesSwappedOut: 93_477,
    oomKills: undefined,
    limit: 16_384_000 * 1024,
    limitFrom: 'RAM of the host',
  });
});

test('the least limit of the control groups counts, wherever it is', () => {
  const seen = readHost(probe, {
    '/proc/meminfo': hostText('meminfo-of-16-gigabytes'),
    '/memory.max': [
      ['/sys/fs/cgroup/system.slice/redis-server.service/memory.max', 'max\n'],
      ['/sys/fs/cgroup/system.slice/memory.max', `${8 * GIB}\n`],
    ],
    '/memory.events': [
      ['/sys/fs/cgroup/system.slice/redis-server.service/memory.events', hostText('memory-events-after-a-kill')],
      ['/sys/fs/cgroup/system.slice/memory.events', 'oom_kill 7\n'],
    ],
  });
  expect(seen).toMatchObject({
    limit: 8 * GIB,
    limitFrom: 'memory.max of /system.slice',
    oomKills: 1,
    pagesSwappedIn: undefined,
  });
});

test('cgroup v1, whose unlimited is a huge number', () => {
  const seen = (limit: string) =>
    readHost(probe, {
      '/proc/meminfo': hostText('meminfo-of-16-gigabytes'),
      '/memory.limit_in_bytes': [['/sys/fs/cgroup/memory/docker/4f/memory.limit_in_bytes', `${limit}\n`]],
      '/memory.oom_control': hostText('oom-control-of-cgroup-v1'),
    });
  expect(seen(String(2 * GIB))).toMatchObject({
    limit: 2 * GIB,
    limitFrom: 'memory.limit_in_bytes of /docker/4f',
    oomKills: 4,
  });
  expect(seen('9223372036854771712')).toMatchObject({ limitFrom: 'RAM of the host' });
});
