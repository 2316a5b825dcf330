import { describe, expect, test } from 'vitest';
import action from '../../src/actions/change-policy.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

test('an evicting policy on primary and replica is destructive, and says how much goes at once', () => {
  const over = { memory: { effective: 2.5 * GIB, used_memory_dataset: 2.5 * GIB } };
  const plan = mustPlan(action, group([primary(over), replica()], { purpose: 'cache' }), { policy: 'allkeys-lru' });
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET maxmemory-policy allkeys-lru`,
    `${REPLICA}> CONFIG SET maxmemory-policy allkeys-lru`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${PRIMARY}> CONFIG SET maxmemory-policy noeviction`,
    `${REPLICA}> CONFIG SET maxmemory-policy noeviction`,
  ]);
  expect(plan.risk).toBe('destructive');
  expect(plan.impact[0]).toContain('about 200 of 1000 at once');
});

test('back to noeviction is reversible, but going back again is no undo', () => {
  const plan = mustPlan(action, group([primary({ memoryConfig: { maxmemory_policy: 'allkeys-lru' } })]), {
    policy: 'noeviction',
  });
  expect(plan.risk).toBe('reversible');
  expect(plan.undo).toContain('delete keys again');
});

test('an undeclared purpose is said', () => {
  expect(mustPlan(action, group([primary()]), { policy: 'allkeys-lfu' }).impact.join(' ')).toMatch(
    /close to random.*not declared/,
  );
});

describe('refuses', () => {
  test.each([
    ['to evict from a store', 'store', {}, 'allkeys-lru', 'is a store'],
    ['to evict from a queue', 'queue', {}, 'allkeys-random', 'is a queue'],
    ['what is so already', 'cache', {}, 'noeviction', 'noeviction already'],
    [
      'to stop evicting when full',
      'cache',
      { memory: { effective: 1.95 * GIB }, memoryConfig: { maxmemory_policy: 'allkeys-lru' } },
      'noeviction',
      'raise maxmemory first',
    ],
  ] as const)('%s', (_what, purpose, over, policy, reason) =>
    expect(refusal(action, group([primary(over)], { purpose }), { policy })).toContain(reason),
  );

  test.each(['session', 'store'] as const)('but keys with an expiry may go from a %s', (purpose) =>
    expect(refusal(action, group([primary()], { purpose }), { policy: 'volatile-lru' })).toBe(''),
  );
});
