import { expect, test } from 'vitest';
import action from '../../src/actions/bgsave.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';

test('one command, with what the fork costs', () => {
  const plan = mustPlan(action, group([primary()]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> BGSAVE`]);
  expect(plan.impact.join(' ')).toMatch(/1 GiB of data.*10 s.*130 MiB meanwhile; 15 GiB is free.*5 ms the last time/);
  expect(plan.risk).toBe('disruptive');
});

test.each([
  ['a snapshot is running', primary({ persistence: { rdb_bgsave_in_progress: 1 } }), 'writing a snapshot already'],
  ['a rewrite is running', primary({ persistence: { aof_rewrite_in_progress: 1 } }), 'rewriting its append-only file'],
  [
    'the pages written meanwhile do not fit',
    primary({ persistence: { rdb_last_cow_size: 12 * GIB } }),
    'the fork may need 16 GiB',
  ],
  ['the RAM is unknown', primary({ memory: { total_system_memory: undefined } }), 'set memory_limit'],
  [
    'a failed save of a 7.0 replica could end it',
    replica({ persistence: { rdb_last_bgsave_status: 'err' } }),
    'end its process',
  ],
])('refuses when %s', (_when, node, reason) => expect(refusal(action, group([node]))).toContain(reason));

test.each([
  ['a primary whose last save failed', primary({ persistence: { rdb_last_bgsave_status: 'err' } })],
  ['a 6.2 replica', replica({ persistence: { rdb_last_bgsave_status: 'err' }, identity: { version: '6.2.16' } })],
  [
    'a replica that ignores disk errors',
    replica({
      persistence: { rdb_last_bgsave_status: 'err' },
      persistenceConfig: { replica_ignore_disk_write_errors: 'yes' },
    }),
  ],
])('allowed on %s', (_what, node) => expect(refusal(action, group([node]))).toBe(''));

test('without a measured fork the pages are estimated from the commands, and never more than the data', () => {
  const unmeasured = { persistence: { rdb_last_cow_size: 0 } };
  const cost = (ops: number) =>
    mustPlan(action, group([primary({ ...unmeasured, stats: { instantaneous_ops_per_sec: ops } })])).impact[1];
  expect(cost(100)).toContain('may take 4.7 MiB');
  expect(cost(1_000_000)).toContain('may take 1 GiB');
});
