import { expect, test } from 'vitest';
import action from '../../src/actions/rewrite-aof.ts';
import hostDisk from '../../src/probes/host-disk.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const on = (over = {}) => ({
  aof_enabled: 1,
  aof_current_size: 9 * GIB,
  aof_last_write_status: 'ok',
  aof_last_bgrewrite_status: 'ok',
  ...over,
});
const disk = (available: number) => ({
  persistence: on(),
  more: [saw(hostDisk, { available, total: 100 * GIB, inodes: 0, inodesFree: 0 })],
});

test('waits until the new file is whole', () => {
  const plan = mustPlan(action, group([primary({ persistence: on() })]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> BGREWRITEAOF`]);
  expect(plan.commands[0]?.until?.shows).toContainEqual({
    node: PRIMARY,
    reading: 'persistence.aof_last_bgrewrite_status',
    value: 'ok',
  });
  expect(plan.commands[0]?.until?.withinSeconds).toBeGreaterThanOrEqual(60);
  expect(plan.undo).toContain('nothing to undo');
  expect(plan.impact.join(' ')).toMatch(/9 GiB now.*The disk cannot be seen/);
});

test.each([
  [1.3 * GIB, ''],
  [1.1 * GIB, 'free space first'],
])('with %d bytes of disk for 1 GiB of data: %s', (available, because) =>
  expect(refusal(action, group([primary(disk(available))]))).toContain(because),
);

test.each([
  ['it is off', primary({ persistence: { aof_enabled: 0 } }), 'is off'],
  ['a rewrite runs', primary({ persistence: on({ aof_rewrite_in_progress: 1 }) }), 'rewriting'],
  [
    'the file cannot be written',
    primary({ persistence: on({ aof_last_write_status: 'err' }) }),
    'free or repair its disk',
  ],
  ['the fork does not fit', primary({ persistence: on({ aof_last_cow_size: 12 * GIB }) }), 'the fork may need'],
  ['it could end a replica', replica({ persistence: on({ rdb_last_bgsave_status: 'err' }) }), 'end its process'],
  [
    'the memory is not known',
    primary({ persistence: on(), memory: { total_system_memory: undefined } }),
    'set memory_limit',
  ],
])('refuses when %s', (_when, node, because) => expect(refusal(action, group([node]))).toContain(because));

test('a failed rewrite before is why it is asked for', () => {
  const failed = { persistence: on({ aof_last_bgrewrite_status: 'err' }), memory: { used_memory_rss: 900 * MIB } };
  expect(refusal(action, group([primary(failed)]))).toBe('');
});
