import { describe, expect, test } from 'vitest';
import action from '../../src/actions/move-persistence.ts';
import {
  GIB,
  group,
  lines,
  MIB,
  mustPlan,
  type Over,
  PRIMARY,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';

const keeping = (over: Over = {}) => primary({ persistenceConfig: { appendonly: 'yes', save: '3600 1' }, ...over });

test('the replica first, the primary when that is whole; back in the opposite order', () => {
  const plan = mustPlan(action, group([keeping(), replica()]));
  expect(lines(plan.commands)).toEqual([
    `${REPLICA}> CONFIG SET appendonly yes`,
    `${PRIMARY}> CONFIG SET appendonly no`,
  ]);
  expect(plan.commands[0]?.until?.shows).toHaveLength(4);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET appendonly yes`, `${REPLICA}> CONFIG SET appendonly no`]);
  expect(plan.args).toEqual({ replica: REPLICA });
  expect(plan.impact.join(' ')).toContain(`If ${PRIMARY} crashes, promote ${REPLICA}`);
});

test('a replica that keeps the file already is taken, and only the primary changes', () => {
  const other = replica({ persistenceConfig: { appendonly: 'yes' } }, '10.0.0.3:6379');
  const plan = mustPlan(action, group([keeping(), replica(), other]));
  expect(plan.args).toEqual({ replica: '10.0.0.3:6379' });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET appendonly no`]);
});

describe('refuses', () => {
  test.each([
    [
      'a primary that would come back empty',
      [keeping({ persistenceConfig: { appendonly: 'yes', save: '' } }), replica()],
      {},
      'come back empty',
    ],
    [
      'one whose snapshots fail',
      [keeping({ persistence: { rdb_last_bgsave_status: 'err' } }), replica()],
      {},
      'failed',
    ],
    ['where the file is off', [primary(), replica()], {}, 'is off already'],
    ['without a replica', [keeping()], {}, 'could not be read'],
    ['a replica without a link', [keeping(), replica({ replication: { master_link_status: 'down' } })], {}, 'is down'],
    ['one that is behind', [keeping(), replica({ replication: { slave_repl_offset: 8 * MIB } })], {}, '2 MiB behind'],
    ['a suspect disk', [keeping(), replica({ persistence: { rdb_last_bgsave_status: 'err' } })], {}, 'is suspect'],
    [
      'a fork that does not fit',
      [keeping(), replica({ persistence: { rdb_last_cow_size: 12 * GIB } })],
      {},
      'the fork may need',
    ],
    ['a stranger', [keeping(), replica()], { replica: '10.0.0.9:1' }, '10.0.0.9:1 could not be read'],
  ])('%s', (_what, nodes, args, because) => expect(refusal(action, group(nodes), args)).toContain(because));
});
