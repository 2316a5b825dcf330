import { describe, expect, test } from 'vitest';
import action from '../../src/actions/raise-maxmemory.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const full = { memory: { effective: 2 * GIB, used_memory: 2 * GIB, used_memory_rss: 2 * GIB } };

test('sizes for three quarters full on the primary and its replica, and goes back to the old values', () => {
  const plan = mustPlan(action, group([primary(full), replica(full)]));
  const size = Math.ceil((2 * GIB) / 0.75 / MIB) * MIB;
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET maxmemory ${size}`,
    `${REPLICA}> CONFIG SET maxmemory ${size}`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${PRIMARY}> CONFIG SET maxmemory ${2 * GIB}`,
    `${REPLICA}> CONFIG SET maxmemory ${2 * GIB}`,
  ]);
  expect(plan.commands[0]?.applied).toEqual([
    { node: PRIMARY, reading: 'memory-config.maxmemory', value: String(size) },
  ]);
  expect(plan).toMatchObject({ risk: 'reversible', args: { fill: 0.75, bytes: size } });
  expect(plan.impact.join(' ')).toContain('INFO does not show a container limit');
});

test('planned from the replica it is the same plan', () => {
  const snapshot = group([primary(full), replica(full)]);
  expect(mustPlan(action, snapshot, {}, 1).commands).toEqual(mustPlan(action, snapshot).commands);
});

test('a replica without a limit, or with a larger one, keeps it', () => {
  const plan = mustPlan(action, group([primary(full), replica({ ...full, memoryConfig: { maxmemory: 0 } })]));
  expect(lines(plan.commands)).toHaveLength(1);
});

test('a replica that could not be read is named', () => {
  const unread = { name: REPLICA, cause: 'hung', origin: { reportedBy: PRIMARY, as: 'replica' } } as const;
  expect(mustPlan(action, group([primary(full), unread])).impact).toContain(
    `${REPLICA} could not be read and keeps its limit.`,
  );
});

test('under an evicting policy there is no undo, since a lower limit deletes keys', () => {
  const plan = mustPlan(action, group([primary({ ...full, memoryConfig: { maxmemory_policy: 'volatile-lru' } })]));
  expect(plan.undo).toContain('delete keys under volatile-lru');
});

describe('the ceiling', () => {
  test.each([
    ['of a container that the owner knows', { memoryLimitBytes: 4 * GIB }, {}, 3 * GIB],
    [
      'of the host, when the owner says more',
      { memoryLimitBytes: 64 * GIB },
      { total_system_memory: 4 * GIB },
      3 * GIB,
    ],
  ])('%s caps the size', (_what, target, memory, most) => {
    const over = { memory: { effective: 2.2 * GIB, used_memory: 2.2 * GIB, used_memory_rss: 2.2 * GIB, ...memory } };
    const { args } = mustPlan(action, group([primary(over)], target));
    const size = (args as { bytes: number }).bytes;
    expect(size).toBeLessThanOrEqual(most);
    expect(size).toBeGreaterThan(2.2 * GIB);
  });

  test('servers of the target on one host share its RAM', () => {
    const small = { memory: { ...full.memory, total_system_memory: 5 * GIB } };
    expect(refusal(action, group([primary(small)]))).toBe('');
    const sharing = replica(small, '10.0.0.1:6380');
    expect(refusal(action, group([primary(small), sharing]))).toContain('shared by 2 servers');
  });
});

describe('refuses', () => {
  test.each([
    ['without a limit', primary({ memoryConfig: { maxmemory: 0 } }), {}, 'no maxmemory set'],
    ['when it is not full', primary(), {}, 'that is not too full'],
    [
      'when the RAM is unknown',
      primary({ memory: { ...full.memory, total_system_memory: undefined } }),
      {},
      'set memory_limit',
    ],
    [
      'when even the ceiling leaves it too full',
      primary({ memory: { ...full.memory, total_system_memory: 2.9 * GIB } }),
      {},
      'it would still be',
    ],
    [
      'when the ceiling is below the limit',
      primary({ memory: { ...full.memory, total_system_memory: 2 * GIB } }),
      {},
      'is safe on 10.0.0.1:6379',
    ],
    ['a pinned size above the ceiling', primary(full), { bytes: 20 * GIB }, '20 GiB is too much'],
    ['while loading', primary({ ...full, identity: { loading: true } }), {}, 'is loading'],
    ['without the primary', replica(full), {}, 'could not be read'],
    [
      'with a fork near the limit',
      primary({
        memory: { ...full.memory, total_system_memory: 2.1 * GIB },
        persistence: { rdb_bgsave_in_progress: 1 },
      }),
      {},
      'writing a snapshot already',
    ],
  ])('%s', (_when, node, args, reason) => expect(refusal(action, group([node]), args)).toContain(reason));

  test('a share that leaves no time before it is full again', () => {
    expect(refusal(action, group([primary(full)]), { fill: 0.95 })).toMatch(/^fill: /);
  });
});
