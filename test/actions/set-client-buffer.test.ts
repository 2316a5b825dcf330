import { expect, test } from 'vitest';
import action from '../../src/actions/set-client-buffer.ts';
import { client } from '../support/client.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const hoarder = client({ id: 1, omem: 300 * MIB });
const slow = client({ id: 2, omem: 30 * MIB, flags: 'P' });

test('a limit for normal clients where there is none, on every member', () => {
  const plan = mustPlan(action, group([primary({ clients: [hoarder, slow] }), replica()]), { class: 'normal' });
  const limit = `normal ${102 * MIB} ${25.5 * MIB} 60`;
  expect(lines(plan.commands)).toEqual(
    [PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET client-output-buffer-limit "${limit}"`),
  );
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET client-output-buffer-limit "normal 0 0 0"`);
  expect(plan.commands[0]?.applied[0]?.value).toBe(`${limit} slave 268435456 67108864 60 pubsub 33554432 8388608 60`);
  expect(plan.risk).toBe('disruptive');
  expect(plan.impact.join(' ')).toContain('1 of 1 connections');
});

test('nobody above it, nobody closed', () => {
  const plan = mustPlan(action, group([primary({ clients: [client({ id: 1, omem: MIB })] })]), { class: 'normal' });
  expect(plan.risk).toBe('reversible');
});

test.each([
  [64 * GIB, 64 * GIB, 256],
  [64 * GIB, GIB, 51],
  [GIB, 64 * GIB, 51],
  [64 * GIB, 100 * MIB, 16],
])('with %d of memory and maxmemory %d a client gets %i MiB', (total_system_memory, maxmemory, mib) => {
  const over = { memory: { total_system_memory, maxmemory } };
  expect(mustPlan(action, group([primary(over)]), { class: 'normal' }).args).toMatchObject({ hard: mib * MIB });
});

test('slow subscribers get twice what they need', () => {
  const plan = mustPlan(action, group([primary({ clients: [slow] })]), { class: 'pubsub' });
  expect(plan.commands[0]?.argv[3]).toBe(`pubsub ${64 * MIB} ${16 * MIB} 60`);
  expect(plan.risk).toBe('reversible');
});

const limited = (words: string) => ({
  replicationConfig: { client_output_buffer_limit: `${words} slave 1 1 1 pubsub 33554432 8388608 60` },
});

test.each([
  ['a limit that is tighter', primary(limited(`normal ${MIB} 0 0`)), { class: 'normal' }, 'already'],
  [
    'room that is not there',
    primary({ clients: [slow], memory: { total_system_memory: 1.1 * GIB } }),
    { class: 'pubsub' },
    'a quarter of',
  ],
  ['a class that nobody is of', primary(), { class: 'pubsub' }, 'has no subscribers'],
  [
    'a server that does not show it',
    primary({ replicationConfig: { client_output_buffer_limit: undefined } }),
    { class: 'normal' },
    'does not show',
  ],
  [
    'where the memory is not known',
    primary({ memory: { total_system_memory: undefined } }),
    { class: 'normal' },
    'memory_limit',
  ],
])('refuses %s', (_what, node, args, because) => expect(refusal(action, group([node]), args)).toContain(because));
