import { expect, test } from 'vitest';
import action from '../../src/actions/enable-aof.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';

test('there and back, and the file that must say so before a restart', () => {
  const plan = mustPlan(action, group([primary()]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET appendonly yes`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET appendonly no`]);
  expect(plan.impact.join(' ')).toContain('appendonly yes to /etc/redis.conf');
  expect(plan.risk).toBe('disruptive');
});

test.each([
  ['it is on', primary({ persistenceConfig: { appendonly: 'yes' } }), 'on already'],
  ['a fork child runs', primary({ persistence: { rdb_bgsave_in_progress: 1 } }), 'writing a snapshot'],
  ['the disk failed just now', primary({ persistence: { rdb_last_bgsave_status: 'err' } }), 'repair the disk first'],
  ['it could end a replica', replica({ persistence: { rdb_last_bgsave_status: 'err' } }), 'end its process'],
  ['the fork does not fit', primary({ persistence: { aof_last_cow_size: 12 * GIB } }), 'the fork may need'],
])('refuses when %s', (_when, node, reason) => expect(refusal(action, group([node]))).toContain(reason));
