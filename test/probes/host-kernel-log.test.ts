import { expect, test } from 'vitest';
import probe from '../../src/probes/host-kernel-log.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const UPTIME = { '/proc/uptime': '9400.55 17000.11\n' };
const KILL = { at: 9321.112311, pid: 790, name: 'redis-server', group: '/system.slice/redis-server.service' };

test('a kill stands in the journal, or in the ring of the kernel', () => {
  const log = hostText('kernel-log-of-a-kill');
  const want = { uptime: 9400.55, kills: [KILL] };
  expect(readHost(probe, { ...UPTIME, journalctl: log, dmesg: '' })).toEqual(want);
  expect(readHost(probe, { ...UPTIME, dmesg: log.replaceAll('cache-1 kernel: ', '') })).toEqual(want);
  expect(readHost(probe, { ...UPTIME, journalctl: log, dmesg: log })).toEqual(want);
});

test('a log without a kill says that there was none', () => {
  expect(readHost(probe, { ...UPTIME, dmesg: '' }).kills).toEqual([]);
  expect(readHost(probe, { ...UPTIME, journalctl: '[    0.000000] a kernel: Linux version\n' }).kills).toEqual([]);
});

test.each([
  ['is empty', '-- No entries --\n'],
  ['holds only what programs wrote', '[    9.000000] a sshd[1]: Killed process 7 (x)\n'],
])('a journal that %s proves nothing', (_what, journalctl) => {
  expect(() => readHost(probe, { ...UPTIME, journalctl })).toThrow('the kernel log may not be read: permission denied');
});
