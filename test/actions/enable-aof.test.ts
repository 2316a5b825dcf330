import { expect, test } from 'vitest';
import action from '../../src/actions/enable-aof.ts';
import hostDisk from '../../src/probes/host-disk.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

test('on, whole, written down; and back in the same places', () => {
  const plan = mustPlan(action, group([primary()]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET appendonly yes`, `${PRIMARY}> CONFIG REWRITE`]);
  expect(plan.commands[0]?.until?.shows?.map(({ reading, value }) => `${reading} ${value}`)).toEqual([
    'persistence.aof_enabled 1',
    'persistence.aof_rewrite_in_progress 0',
    'persistence.aof_rewrite_scheduled 0',
    'persistence.aof_last_bgrewrite_status ok',
  ]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET appendonly no`, `${PRIMARY}> CONFIG REWRITE`]);
  expect(plan.impact.join(' ')).toContain('appendonly yes to /etc/redis.conf');
  expect(plan.risk).toBe('disruptive');
});

test.each([
  ['without a configuration file', { server: { config_file: '' } }, {}, 'CONFIG REWRITE is not possible'],
  ['where a tool writes the file', {}, { write_down: false }, 'Write appendonly yes to /etc/redis.conf'],
])('%s it is not written down, and the plan says what to do', (_what, over, args, says) => {
  const plan = mustPlan(action, group([primary(over)]), args);
  expect(lines(plan.commands)).toHaveLength(1);
  expect(lines(plan.undo)).toHaveLength(1);
  expect(plan.impact.join(' ')).toContain(says);
});

const full = { more: [saw(hostDisk, { available: GIB, total: 10 * GIB, inodes: 0, inodesFree: 0 })] };

test.each([
  ['it is on', primary({ persistenceConfig: { appendonly: 'yes' } }), 'on already'],
  ['a fork child runs', primary({ persistence: { rdb_bgsave_in_progress: 1 } }), 'writing a snapshot'],
  ['the disk failed just now', primary({ persistence: { rdb_last_bgsave_status: 'err' } }), 'repair the disk first'],
  ['the disk has no room', primary(full), 'free space first'],
  ['it could end a replica', replica({ persistence: { rdb_last_bgsave_status: 'err' } }), 'end its process'],
  ['the fork does not fit', primary({ persistence: { aof_last_cow_size: 12 * GIB } }), 'the fork may need'],
])('refuses when %s', (_when, node, reason) => expect(refusal(action, group([node]))).toContain(reason));
