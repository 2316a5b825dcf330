import { expect, test } from 'vitest';
import action from '../../src/actions/set-replica-output-buffer.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

test('hard for one whole sync, soft three quarters of it for that time, on both; the other classes stay', () => {
  const plan = mustPlan(action, group([primary({ written: 10 * MIB }), replica()]));
  // 5 s delay + 10 s snapshot + 10.24 s transfer x 1.5 = 30.36 s; x 10 MiB/s x 1.5 = 455 MiB, so 512.
  const words = `replica ${512 * MIB} ${384 * MIB} 60`;
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET client-output-buffer-limit "${words}"`,
    `${REPLICA}> CONFIG SET client-output-buffer-limit "${words}"`,
  ]);
  expect(plan.commands[0]?.applied[0]?.value).toBe(
    `normal 0 0 0 slave ${512 * MIB} ${384 * MIB} 60 pubsub 33554432 8388608 60`,
  );
  expect(lines(plan.undo)[0]).toContain('"replica 268435456 67108864 60"');
  expect(plan.risk).toBe('reversible');
});

test('pinned it is the same plan without a second sample', () => {
  const { args, commands } = mustPlan(action, group([primary({ written: 10 * MIB })]));
  expect(mustPlan(action, group([primary({ single: true })]), args).commands).toEqual(commands);
});

test('no limit stays no limit', () => {
  const unlimited = { client_output_buffer_limit: 'normal 0 0 0 slave 0 0 0 pubsub 0 0 0' };
  const { args } = mustPlan(action, group([primary({ written: 10 * MIB, replicationConfig: unlimited })]));
  expect(args).toMatchObject({ hard: 0, soft: 0 });
});

test.each([
  [
    'more than a quarter of the free memory',
    { written: 500 * MIB, memory: { total_system_memory: 17 * GIB } },
    'more than a quarter',
  ],
  [
    'already enough',
    { replicationConfig: { client_output_buffer_limit: `slave ${GIB} ${GIB} 600` } },
    'already outlasts',
  ],
  ['RAM unknown', { memory: { total_system_memory: undefined } }, 'set memory_limit'],
  ['rate unknown', { replication: { repl_backlog_active: 0 } }, 'could not be measured'],
])('refuses: %s', (_what, over, reason) => expect(refusal(action, group([primary(over)]))).toContain(reason));

test('6.2 keeps one buffer for each replica', () => {
  const over = { written: 100 * MIB, memory: { total_system_memory: 40 * GIB } };
  expect(refusal(action, group([primary(over)]))).toBe('');
  const six = { ...over, identity: { version: '6.2.16' }, replication: { connected_slaves: 2 } };
  expect(refusal(action, group([primary(six)]))).toContain('more than a quarter');
});

test.each([
  ['no hard limit at all', { hard: 0 }, 'without a hard limit one slow replica could take all the memory'],
  ['no soft limit at all', { soft: 0 }, 'without a soft limit'],
  ['a lower limit', { hard: MIB }, 'the hard limit is 256 MiB now, and 1 MiB could cut links that stand'],
])('%s is not what it is raised to', (_what, args, why) => {
  expect(refusal(action, group([primary({ written: 10 * MIB })]), args)).toContain(why);
});

test('a limit where there was none could cut links', () => {
  const unlimited = { client_output_buffer_limit: 'normal 0 0 0 slave 0 0 0 pubsub 0 0 0' };
  const nodes = [primary({ written: 10 * MIB, replicationConfig: unlimited })];
  expect(refusal(action, group(nodes), { hard: GIB })).toContain('the hard limit is none now');
});
