import { describe, expect, test } from 'vitest';
import action from '../../src/actions/lower-maxmemory.ts';
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

/** A server whose host of 6 GiB is too small for its maxmemory. */
const small = (used: number, policy = 'noeviction', maxmemory = 8 * GIB): Over => ({
  memory: {
    effective: used,
    used_memory: used,
    used_memory_rss: used,
    used_memory_dataset: used,
    total_system_memory: 6 * GIB,
  },
  memoryConfig: { maxmemory, maxmemory_policy: policy },
});

test('as far as the host can carry, where nothing has to be deleted for it', () => {
  const plan = mustPlan(action, group([primary(small(GIB)), replica(small(GIB))]));
  const { bytes } = plan.args as { bytes: number };
  expect(bytes).toBeLessThan(6 * GIB);
  expect(bytes).toBeGreaterThan(4 * GIB);
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxmemory ${bytes}`));
  expect(lines(plan.undo)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxmemory ${8 * GIB}`));
  expect(plan.risk).toBe('reversible');
  expect(plan.impact.join(' ')).toContain('Nothing is deleted');
});

test('no further than deletes nothing, at first', () => {
  const plan = mustPlan(action, group([primary(small(5.4 * GIB, 'allkeys-lru'))]));
  expect(plan.args).toEqual({ bytes: Math.ceil((5.4 * GIB) / 0.8 / MIB) * MIB });
  expect(plan.risk).toBe('reversible');
  expect(plan.impact.join(' ')).toContain('further steps are needed');
});

test('one step of 5 % below what is used, where keys go, and how many', () => {
  const over = { ...small(5.4 * GIB, 'allkeys-lru', 6 * GIB), keyspace: { keys: 1000, expires: 0 } };
  const plan = mustPlan(action, group([primary(over)]));
  expect(plan.args).toEqual({ bytes: Math.floor((5.4 * GIB * 0.95) / MIB) * MIB });
  expect(plan.risk).toBe('destructive');
  expect(plan.impact.join(' ')).toMatch(/deletes about 5\d of 1000 keys at once.*never the keys/s);
  expect(plan.impact.join(' ')).toContain('further steps are needed');
});

test('a replica that has less keeps it', () => {
  const plan = mustPlan(
    action,
    group([primary(small(GIB)), replica({ ...small(GIB), memoryConfig: { maxmemory: 2 * GIB } })]),
  );
  expect(plan.commands.map(({ node }) => node)).toEqual([PRIMARY]);
});

describe('refuses', () => {
  test.each([
    ['where there is none', primary({ memoryConfig: { maxmemory: 0 } }), {}, 'no maxmemory'],
    ['what the host can carry', primary(), {}, 'need not be lowered'],
    ['a pinned size that is no less', primary(), { bytes: 2 * GIB }, 'need not be lowered'],
    ['to stop writes', primary(small(5.4 * GIB, 'noeviction', 6 * GIB)), {}, 'writes would soon be refused'],
    ['a long step', primary(small(5.4 * GIB, 'allkeys-lru')), { bytes: 4 * GIB }, 'lower it in steps'],
    ['without the primary', replica(small(GIB)), {}, 'could not be read'],
    ['when the limit is not known', primary({ memory: { total_system_memory: undefined } }), {}, 'set memory_limit'],
  ])('%s', (_what, node, args, because) => expect(refusal(action, group([node]), args)).toContain(because));
});
