import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import { TOOLS_FOLDER } from '../../src/domain/kernel-settings.ts';
import probe from '../../src/probes/host-kept-settings.ts';
import { readHost } from '../support/host-answers.ts';

const MOUNTS = 'proc /proc proc rw,relatime 0 0\nsysfs /sys sysfs rw 0 0\n';
const missing = (path: string) => new ReplyError(`no such file: ${path}`);

test('what is kept, what is not, and what could not be read', () => {
  const seen = readHost(probe, {
    [TOOLS_FOLDER]: '755 0\n',
    '/proc/mounts': MOUNTS,
    'zz-redis-medic-vm.overcommit_memory.conf': 'vm.overcommit_memory = 1\n',
    'zz-redis-medic-vm.swappiness.conf': missing('x'),
    'zz-redis-medic-huge-pages.conf': 'w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise\n',
  });
  expect(seen).toEqual({
    set_up: 'yes',
    overcommit_memory: '1',
    swappiness: 'none',
    somaxconn: undefined,
    tcp_max_syn_backlog: undefined,
    huge_pages: 'madvise',
  });
});

test.each([
  ['755 0', MOUNTS, 'yes'],
  ['775 0', MOUNTS, 'unsafe'],
  ['757 0', MOUNTS, 'unsafe'],
  ['755 1000', MOUNTS, 'unsafe'],
  [missing(TOOLS_FOLDER), MOUNTS, 'no'],
  ['755 0', `${MOUNTS}proc /proc/sys proc ro,nosuid,relatime 0 0\n`, 'read-only'],
])('tools of %s: %#', (tools, mounts, setUp) => {
  expect(readHost(probe, { [TOOLS_FOLDER]: tools, '/proc/mounts': mounts }).set_up).toBe(setUp);
});
