import { describe, expect, test } from 'vitest';
import action from '../../src/actions/abort-failover.ts';
import { group, lines, mustPlan, type Over, primary, refusal, replica } from '../support/planning.ts';

const stuck = (state: string | undefined, over: Over = {}) =>
  primary({ ...over, replication: { master_failover_state: state, replicas_behind: 4096, ...over.replication } });

test('the primary stays, and nothing is to undo', () => {
  const plan = mustPlan(action, group([stuck('waiting-for-sync'), replica()]));
  expect(lines(plan.commands)).toEqual(['10.0.0.1:6379> FAILOVER ABORT']);
  expect(plan.commands[0]?.applied).toEqual([
    { node: '10.0.0.1:6379', reading: 'replication.master_failover_state', value: 'no-failover' },
  ]);
  expect(plan.risk).toBe('reversible');
  expect(plan.undo).toContain('nothing to undo');
  expect(plan.impact.join(' ')).toContain('4 KiB behind');
});

describe('refuses', () => {
  test.each([
    ['what is not there', stuck('no-failover'), 'no failover of 10.0.0.1:6379 is under way'],
    ['a version that has none', stuck(undefined), 'no failover'],
    ['what is handed over', stuck('failover-in-progress'), 'has handed over already'],
    ['a server that loads', stuck('waiting-for-sync', { identity: { loading: true } }), 'is loading'],
  ])('%s', (_what, node, reason) => expect(refusal(action, group([node]))).toContain(reason));
});
