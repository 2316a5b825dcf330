import { expect, test } from 'vitest';
import probe from '../../src/probes/host-cpu.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test('a virtual machine in a group with a quota', () => {
  const seen = readHost(probe, {
    '/proc/stat': hostText('proc-stat-of-two-cores'),
    '/cpu.stat': [
      ['/sys/fs/cgroup/a/cpu.stat', hostText('cpu-stat-throttled')],
      ['/sys/fs/cgroup/cpu.stat', 'usage_usec 1\nuser_usec 1\n'],
    ],
    '/cpu.max': [
      ['/sys/fs/cgroup/a/cpu.max', '50000 100000\n'],
      ['/sys/fs/cgroup/cpu.max', 'max 100000\n'],
    ],
    '/current_clocksource': 'kvm-clock\n',
    '/available_clocksource': 'kvm-clock tsc acpi_pm \n',
  });
  expect(seen).toEqual({
    cores: 2,
    ticks: 238_041 + 10 + 57_628 + 236_920 + 558 + 1111 + 5732,
    stolenTicks: 5732,
    periods: 40_212,
    throttledPeriods: 8012,
    quota: 0.5,
    clocksource: 'kvm-clock',
    clocksources: ['kvm-clock', 'tsc', 'acpi_pm'],
  });
});

test('without control groups there are no periods', () => {
  expect(readHost(probe, { '/proc/stat': 'cpu 1 2\n' })).toMatchObject({
    ticks: undefined,
    stolenTicks: undefined,
    periods: undefined,
    quota: undefined,
    clocksources: [],
  });
});
