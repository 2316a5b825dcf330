import { expect, test } from 'vitest';
import action from '../../src/actions/set-aof-rewrite.ts';
import hostDisk from '../../src/probes/host-disk.ts';
import persistence from '../../src/probes/persistence.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const file = { aof_enabled: 1, aof_base_size: 100 * MIB, aof_last_rewrite_time_sec: 10 };
/** Grows by so many MiB a second; the two samples are 2 s apart. */
const grows = (mib: number, over = {}, config = {}) => ({
  more: [
    saw(
      persistence,
      { ...file, aof_current_size: 500 * MIB, ...over },
      { ...file, aof_current_size: (500 - 2 * mib) * MIB, ...over },
    ),
  ],
  persistenceConfig: {
    appendonly: 'yes',
    auto_aof_rewrite_percentage: 100,
    auto_aof_rewrite_min_size: 64 * MIB,
    ...config,
  },
});

test('so that rewrites come ten minutes apart, on the whole group', () => {
  const plan = mustPlan(action, group([primary(grows(1)), replica(grows(0))]));
  expect(plan.args).toEqual({ percentage: 100, min_size: 1024 * MIB });
  expect(lines(plan.commands)[0]).toBe(`${PRIMARY}> CONFIG SET auto-aof-rewrite-min-size ${1024 * MIB}`);
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET auto-aof-rewrite-min-size ${64 * MIB}`);
  expect(plan.impact.join(' ')).toContain('at 1 GiB instead of 200 MiB');
});

test('further apart where a rewrite takes long', () => {
  const plan = mustPlan(action, group([primary(grows(1, { aof_last_rewrite_time_sec: 120 }))]));
  expect(plan.args).toMatchObject({ min_size: 2048 * MIB });
});

test('planned again with one sample it is the same', () => {
  const { args, commands } = mustPlan(action, group([primary(grows(1))]));
  const once = { ...grows(1), more: [saw(persistence, { ...file, aof_current_size: 600 * MIB })] };
  expect(mustPlan(action, group([primary(once)]), args).commands).toEqual(commands);
});

test('switched on again the percentage alone is set', () => {
  const off = grows(0, {}, { auto_aof_rewrite_percentage: 0 });
  const plan = mustPlan(action, group([primary(off)]), { percentage: 100 });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET auto-aof-rewrite-percentage 100`]);
  expect(plan.impact.join(' ')).toContain('begin by themselves again');
});

const full = {
  ...grows(1),
  more: [...grows(1).more, saw(hostDisk, { available: GIB / 4, total: GIB, inodes: 0, inodesFree: 0 })],
};

test.each([
  ['when the file is off', primary(grows(1, { aof_enabled: 0 })), 'is off'],
  [
    'without a rate',
    primary({ ...grows(1), more: [saw(persistence, { ...file, aof_current_size: GIB })] }),
    'could not be measured',
  ],
  ['what the disk cannot hold', primary(full), 'free space or grow the volume'],
  ['what is set', primary(grows(0, {}, { auto_aof_rewrite_min_size: 128 * MIB })), 'already'],
])('refuses %s', (_what, node, because) => expect(refusal(action, group([node]))).toContain(because));
