import { defineRule } from '../../domain/rule.ts';
import cpu from '../../probes/host-cpu.ts';

/** Clocks that are read by a call into the kernel or the hypervisor. */
const SLOW = ['xen', 'hpet', 'acpi_pm', 'jiffies', 'refined-jiffies', 'pit'];

/** Each look at the clock is slow, and the server looks at it for every command. */
export default defineRule({
  scope: 'node',
  needs: { cpu },
  more:
    'The server reads the clock several times for each command, and this clock source costs a call into the kernel each time instead of one instruction, which takes a good part of its processor. ' +
    'Old virtual machines choose it by default, or the kernel gave up on tsc after it found that unstable. ' +
    'Where tsc is available: echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource, and clocksource=tsc on the kernel command line.',
  explains: ['engine-cpu-saturated', 'event-loop-saturated'],
  tells: 'perf top -p PID shows much time in read_hpet, acpi_pm_read or another reading of the clock.',
  check({ cpu: { now } }) {
    const { clocksource, clocksources } = now;
    if (clocksource === undefined) return { unassessed: 'the host does not tell its clock source' };
    if (!SLOW.includes(clocksource)) return;
    const better = clocksources.find((one) => !SLOW.includes(one));
    return {
      severity: 'warning',
      headline: `The host's clock source is ${clocksource}, which is slow to read${better === undefined ? '' : `; ${better} is available`}`,
      evidence: [
        { field: 'current_clocksource', value: clocksource, expected: better ?? 'tsc, or the one of the hypervisor' },
        { field: 'available_clocksource', value: clocksources.join(' '), expected: '' },
      ],
    };
  },
});
