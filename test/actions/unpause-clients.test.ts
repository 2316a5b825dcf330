import { expect, test } from 'vitest';
import action from '../../src/actions/unpause-clients.ts';
import clients from '../../src/probes/clients.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

function paused(told: object, replication = {}) {
  const sketch = primary({ replication });
  return group([{ ...sketch, readings: [...sketch.readings, saw(clients, { connected_clients: 1, ...told })] }]);
}

test('the pause is ended, and the server shows it where it can', () => {
  const plan = mustPlan(action, paused({ paused_reason: 'client_pause', paused_timeout_milliseconds: 61_000 }));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CLIENT UNPAUSE`]);
  expect(plan.commands[0]?.applied).toEqual([{ node: PRIMARY, reading: 'clients.paused_reason', value: 'none' }]);
  expect(plan.impact[0]).toContain('61 s before');
  expect(mustPlan(action, paused({})).commands[0]?.applied).toEqual([]);
});

test.each([
  ['not paused', { paused_reason: 'none' }, {}, 'not paused any more'],
  ['a failover', { paused_reason: 'failover_in_progress' }, {}, 'failover is under way'],
  ['a failover of 7.0', {}, { master_failover_state: 'waiting-for-sync' }, 'failover is under way'],
])('refused: %s', (_what, told, replication, because) =>
  expect(refusal(action, paused(told, replication))).toContain(because),
);
