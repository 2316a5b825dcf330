import { expect, test } from 'vitest';
import cpu from '../../../src/probes/host-cpu.ts';
import rule from '../../../src/rules/host/clocksource-slow.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['xen', 'warning'],
  ['hpet', 'warning'],
  ['acpi_pm', 'warning'],
  ['tsc', 'clear'],
  ['kvm-clock', 'clear'],
  ['hyperv_clocksource_tsc_page', 'clear'],
  ['arch_sys_counter', 'clear'],
  [undefined, 'unassessed'],
])('the clock source %s is %s', (clocksource, want) => {
  const readings = [saw(cpu, { clocksource, clocksources: ['xen', 'tsc', 'hpet'] })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('a better one is named when there is one', () => {
  const headline = (clocksources: string[]) =>
    rule.assess('rule', scene({ nodes: [{ readings: [saw(cpu, { clocksource: 'xen', clocksources })] }] }))[0];
  expect(headline(['xen', 'tsc'])).toMatchObject({ headline: expect.stringContaining('; tsc is available') });
  expect(headline(['xen'])).toMatchObject({ headline: expect.not.stringContaining('available') });
});
