import { expect, test } from 'vitest';
import probe from '../../src/probes/host-disk.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const MOUNTS = {
  '/mountinfo': hostText('mountinfo-with-a-data-volume'),
  '/diskstats': hostText('diskstats-of-two-disks'),
};

test('space as df counts it, and the work of the disk below', () => {
  const seen = readHost(probe, {
    ...MOUNTS,
    '{dir}': [['/var/lib/redis', '4096 1000000 300000 250000 500000 400000\n']],
    '{aof_dir}': [['/var/lib/redis/appendonlydir', '4096 100 50 50 0 0\n']],
  });
  expect(seen).toEqual({
    total: 4096 * 950_000,
    available: 4096 * 250_000,
    inodes: 500_000,
    inodesFree: 400_000,
    aof: { total: 4096 * 100, available: 4096 * 50, inodes: 0, inodesFree: 0 },
    readOnly: false,
    work: { device: '8:16', requests: 10_000, milliseconds: 400_000 },
  });
});

test.each([
  ['/var/lib/redis-backup/a', true, undefined],
  ['/var/lib/redislike', false, '8:1'],
  ['/proc/812/root/var/lib/redis', false, '8:16'],
  ['/', false, '8:1'],
])('%s is on its own mount', (folder, readOnly, device) => {
  const seen = readHost(probe, { ...MOUNTS, '{dir}': [[folder, '4096 100 50 50 0 0\n']] });
  expect(seen.readOnly).toBe(readOnly);
  expect(seen.work?.device).toBe(device);
});

test('a folder that cannot be reached is a reason', () => {
  expect(() => readHost(probe, MOUNTS)).toThrow('permission denied: {dir}');
  expect(() => readHost(probe, { ...MOUNTS, '{dir}': 'what?' })).toThrow('does not tell how full the disk is');
});
