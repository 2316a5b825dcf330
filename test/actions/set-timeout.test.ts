import { expect, test } from 'vitest';
import action from '../../src/actions/set-timeout.ts';
import networkConfig from '../../src/probes/network-config.ts';
import { client } from '../support/client.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const has = (timeout = 0, clients: ReturnType<typeof client>[] = []) => ({
  clients,
  more: [saw(networkConfig, { maxclients: 10_000, timeout, tcp_keepalive: 300 })],
});

test('says how many are closed at once, and who is spared', () => {
  const idle = [
    client({ id: 1, idle: 7200 }),
    client({ id: 2, idle: 10 }),
    client({ id: 3, idle: 7200, flags: 'P' }),
    client({ id: 4, idle: 7200, flags: 'b' }),
    client({ id: 5, idle: 7200, flags: 'S' }),
    client({ id: 6, idle: 7200, name: 'redis-medic' }),
  ];
  const plan = mustPlan(action, group([primary(has(0, idle)), replica(has())]), { idle_s: 3600 });
  expect(lines(plan.commands)).toHaveLength(2);
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET timeout 0`);
  expect(plan.impact.join(' ')).toContain('1 of 2 connections');
  expect(plan.risk).toBe('disruptive');
});

test('keepalive closes nobody', () => {
  expect(mustPlan(action, group([primary(has())]), { keepalive_s: 60 }).risk).toBe('reversible');
});

test.each([
  ['a timeout that is no shorter', has(300), { idle_s: 300 }, 'already'],
  ['what is set', has(), { keepalive_s: 300 }, 'already'],
])('refuses %s', (_what, over, args, because) =>
  expect(refusal(action, group([primary(over)]), args)).toContain(because),
);

test('not below what pools rest for', () => expect(action.args.safeParse({ idle_s: 299 }).success).toBe(false));
