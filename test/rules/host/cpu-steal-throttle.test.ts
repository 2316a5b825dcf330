import { expect, test } from 'vitest';
import cpu from '../../../src/probes/host-cpu.ts';
import rule from '../../../src/rules/host/cpu-steal-throttle.ts';
import { said, saw, scene } from '../../support/scene.ts';

/** What the counters grew by between the looks. */
function host(
  grown: { stolen?: number; ticks?: number; periods?: number | undefined; throttled?: number },
  quota?: number,
) {
  const { stolen = 0, ticks = 1000, periods, throttled = 0 } = grown;
  const groups = (count: number | undefined, held: number) => ({
    periods: count,
    throttledPeriods: count === undefined ? undefined : held,
  });
  const before = { ticks: 5000, stolenTicks: 50, ...groups(periods === undefined ? undefined : 100, 10) };
  const now = {
    ticks: 5000 + ticks,
    stolenTicks: 50 + stolen,
    ...groups(periods === undefined ? undefined : 100 + periods, 10 + throttled),
  };
  return scene({ nodes: [{ readings: [saw(cpu, { ...now, quota }, before)] }] });
}

test.each([
  ['nothing is taken', {}, 'clear'],
  ['4.9 % are stolen', { stolen: 49 }, 'clear'],
  ['5 % are stolen', { stolen: 50 }, 'warning'],
  ['a group that was never stopped', { periods: 20 }, 'clear'],
  ['one slice of 20', { periods: 20, throttled: 1 }, 'warning'],
  ['one slice of 21', { periods: 21, throttled: 1 }, 'clear'],
  ['no time passed', { ticks: 0 }, 'unassessed'],
])('%s', (_what, grown, want) => expect(said(rule, host(grown))).toBe(want));

test('the headline names the limit', () => {
  expect(rule.assess('rule', host({ periods: 20, throttled: 15 }, 0.5))[0]).toMatchObject({
    headline: 'The control group of the server was stopped in 75 % of its time slices (limit: 0.5 cores)',
  });
});

test('one look is not enough', () => {
  const readings = [saw(cpu, { ticks: 5000, stolenTicks: 4000 })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
