import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-min-replicas.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const row = (ackSeconds = 0, state = 'online') => ({
  address: { host: '10.0.0.2', port: 6379 },
  state,
  offset: 1,
  ackSeconds,
});
const has = (old: number, replicas: ReturnType<typeof row>[]) => ({
  replicationConfig: { min_replicas_to_write: old },
  replication: { replicas },
});

test('none is required any more, on the only primary, and back', () => {
  const plan = mustPlan(action, group([primary(has(1, [])), replica()]), { count: 0 });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET min-replicas-to-write 0`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET min-replicas-to-write 1`]);
  expect(plan.impact.join(' ')).toMatch(/with 0 replicas in good state.*the only primary/s);
  expect(plan.remind?.text).toContain(`${PRIMARY} still accepts writes with no replica in touch`);
});

test('one is required, while two are well', () => {
  const plan = mustPlan(action, group([primary(has(0, [row(), row(3)]))]), { count: 1 });
  expect(plan.impact[0]).toContain('2 do now. 1 more may fail');
  expect(plan.remind).toBeUndefined();
});

describe('refuses', () => {
  const dark = { name: REPLICA, cause: 'unreachable' } as const;
  test.each([
    [
      'more than are in good state',
      [primary(has(0, [row(11), row(0, 'wait_bgsave')]))],
      { count: 1 },
      'every write would be refused',
    ],
    [
      'to drop the guard beside another primary',
      [primary(has(1, [])), { ...primary(), name: REPLICA }],
      { count: 0 },
      'is a primary as well',
    ],
    ['to drop it while one is out of sight', [primary(has(1, [])), dark], { count: 0 }, 'may be a primary as well'],
    ['what is set', [primary(has(1, []))], { count: 1 }, 'already'],
    ['a replica', [replica()], { count: 1 }, 'is a replica'],
  ])('%s', (_what, nodes, args, because) => expect(refusal(action, group(nodes), args)).toContain(because));
});
