import { expect, test } from 'vitest';
import action from '../../src/actions/set-expire-effort.ts';
import cpu from '../../src/probes/cpu.ts';
import upkeep from '../../src/probes/upkeep-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const cores = (share: number) =>
  saw(
    cpu,
    { used_cpu_user_main_thread: 10 + 2 * share, used_cpu_sys_main_thread: 0 },
    { used_cpu_user_main_thread: 10, used_cpu_sys_main_thread: 0 },
  );
const has = (over = {}, load = 0.2) => ({
  more: [saw(upkeep, { hz: 10, dynamic_hz: 'yes', active_expire_effort: 1, ...over }), cores(load)],
  stats: { expired_stale_perc: 31 },
});

test('more effort on the whole group, and how much of the main thread that may take', () => {
  const plan = mustPlan(action, group([primary(has()), replica(has())]), { effort: 4 });
  expect(plan.commands.map(({ argv }) => argv.slice(2))).toEqual([
    ['active-expire-effort', '4'],
    ['active-expire-effort', '4'],
  ]);
  expect(plan.impact.join(' ')).toMatch(/up to about 31 % of the main thread.*at 20 % now/);
  expect(plan.impact.join(' ')).toContain('About 31 %');
});

test('hz back to where it belongs, in one command', () => {
  const plan = mustPlan(action, group([primary(has({ hz: 500, dynamic_hz: 'no' }))]), { hz: 10, dynamic: 'yes' });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET hz 10 dynamic-hz yes`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET dynamic-hz no hz 500`]);
});

test.each([
  [0.7, ''],
  [0.71, 'would take from its clients'],
])('with the main thread at %d: %s', (load, because) =>
  expect(refusal(action, group([primary(has({}, load))]), { effort: 4 })).toContain(because),
);

test('where a version always adapts, hz alone is set', () => {
  const plan = mustPlan(action, group([primary(has({ hz: 500, dynamic_hz: undefined }))]), { hz: 10, dynamic: 'yes' });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET hz 10`]);
});

test('less upkeep is no load', () => {
  expect(refusal(action, group([primary(has({ hz: 500 }, 0.95))]), { hz: 10 })).toBe('');
});

test.each([['what is set', { effort: 1 }, 'already']])('refuses %s', (_what, args, because) =>
  expect(refusal(action, group([primary(has())]), args)).toContain(because),
);

test('something must be named', () => expect(refusal(action, group([primary(has())]), {})).toContain('name effort'));
