import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-maxmemory.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const none = { memoryConfig: { maxmemory: 0 } };

test('what the smaller host can carry, on every member that has none, and back to none', () => {
  const tight = { ...none, memory: { total_system_memory: 4 * GIB } };
  const plan = mustPlan(action, group([primary(none), replica(tight)]));
  const { bytes } = plan.args as { bytes: number };
  expect(bytes).toBeLessThan(4 * GIB);
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxmemory ${bytes}`));
  expect(lines(plan.undo)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxmemory 0`));
  expect(plan.impact.join(' ')).toContain('writes fail with an OOM error, instead of the kernel');
});

test('says that an evicting policy will delete', () => {
  const plan = mustPlan(action, group([primary({ memoryConfig: { maxmemory: 0, maxmemory_policy: 'allkeys-lfu' } })]));
  expect(plan.impact.join(' ')).toContain('keys are deleted (allkeys-lfu)');
});

describe('refuses', () => {
  test.each([
    ['where there is one', primary(), {}, 'has a maxmemory already'],
    ['more than the host has', primary(none), { bytes: 64 * GIB }, 'is too much'],
    [
      'so little that writes fail',
      primary({ ...none, memory: { total_system_memory: 1.8 * GIB } }),
      {},
      'refuse writes at once',
    ],
    [
      'when the limit is not known',
      primary({ ...none, memory: { total_system_memory: undefined } }),
      {},
      'memory_limit',
    ],
    ['while loading', primary({ ...none, identity: { loading: true } }), {}, 'is loading'],
  ])('%s', (_what, node, args, because) => expect(refusal(action, group([node]), args)).toContain(because));
});
