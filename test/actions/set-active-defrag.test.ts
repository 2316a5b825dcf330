import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-active-defrag.ts';
import cpu from '../../src/probes/cpu.ts';
import defrag from '../../src/probes/defrag-config.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const usual = {
  activedefrag: 'no',
  active_defrag_ignore_bytes: 100 * MIB,
  active_defrag_threshold_lower: 10,
  active_defrag_threshold_upper: 100,
  active_defrag_cycle_min: 1,
  active_defrag_cycle_max: 25,
};
const holed = {
  mem_allocator: 'jemalloc-5.2.1',
  allocator_allocated: GIB,
  allocator_active: 1.5 * GIB,
  allocator_frag_ratio: 1.5,
  allocator_frag_bytes: 0.5 * GIB,
};
const has = ({ config = {}, memory = {}, load = 0.2, identity = {} } = {}) =>
  group([
    primary({
      identity,
      memory: { ...holed, ...memory },
      more: [
        saw(defrag, { ...usual, ...config }),
        saw(
          cpu,
          { used_cpu_user_main_thread: 10 + 2 * load, used_cpu_sys_main_thread: 0 },
          { used_cpu_user_main_thread: 10, used_cpu_sys_main_thread: 0 },
        ),
      ],
    }),
  ]);

test('on, with what it may take', () => {
  const plan = mustPlan(action, has(), { active: 'yes', cycle_max: 15 });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET activedefrag yes active-defrag-cycle-max 15`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET active-defrag-cycle-max 25 activedefrag no`]);
  expect(plan.impact.join(' ')).toMatch(/About 512 MiB lie in holes.*up to 15 % of its main thread/);
});

test('slower, while it runs and takes too much: no question of the build', () => {
  const busy = has({
    config: { activedefrag: 'yes', active_defrag_cycle_max: 75 },
    load: 0.95,
    memory: { mem_allocator: 'libc' },
  });
  expect(lines(mustPlan(action, busy, { cycle_max: 10 }).commands)).toEqual([
    `${PRIMARY}> CONFIG SET active-defrag-cycle-max 10`,
  ]);
});

describe('refuses to begin', () => {
  test.each([
    ['with another allocator', { memory: { mem_allocator: 'libc' } }, 'only jemalloc can be defragmented'],
    ['with the allocator of the system', { memory: { mem_allocator: 'jemalloc-5.3.0' } }, 'distribution packages'],
    [
      'on a Valkey that counts no holes',
      {
        memory: { mem_allocator: 'jemalloc-5.3.0', allocator_frag_bytes: 0, allocator_frag_ratio: 1 },
        identity: { engine: 'valkey' as const, version: '8.1.1' },
      },
      'built without defragmentation',
    ],
    ['with bounds that cross', { config: { active_defrag_threshold_lower: 100 } }, 'which ends some versions'],
    ['for little', { memory: { allocator_frag_bytes: 99 * MIB } }, 'nothing would happen'],
    ['for a low ratio', { memory: { allocator_frag_ratio: 1.09 } }, 'nothing would happen'],
    ['on a busy thread', { load: 0.71 }, 'would take from its clients'],
    ['twice', { config: { activedefrag: 'yes' } }, 'already'],
  ])('%s', (_what, over, because) => expect(refusal(action, has(over), { active: 'yes' })).toContain(because));

  test.each([
    ['7.2', '7.2.6', 'jemalloc-5.3.0'],
    ['6.2', '6.2.16', 'jemalloc-5.1.0'],
  ])('but not the allocator that comes with %s', (_what, version, mem_allocator) =>
    expect(refusal(action, has({ memory: { mem_allocator }, identity: { version } }), { active: 'yes' })).toBe(''),
  );
});

test('never less than the least', () => {
  expect(refusal(action, has({ config: { active_defrag_cycle_min: 20 } }), { cycle_max: 10 })).toContain(
    'cannot be less',
  );
});
