import { expect, test } from 'vitest';
import action from '../../src/actions/close-idle-clients.ts';
import { client } from '../support/client.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

const idler = (id: number, idle: number, over = {}) => client({ id, idle, age: 99_999, ...over });
const on = (...clients: ReturnType<typeof client>[]) => group([primary({ clients })]);

test('those that idle longest, by id, at most as many as were asked for', () => {
  const clients = [4000, 9000, 3599, 7000].map((idle, at) => idler(at + 1, idle));
  const plan = mustPlan(action, on(...clients), { count: 2 });
  expect(lines(plan.commands)).toEqual([2, 4].map((id) => `${PRIMARY}> CLIENT KILL ID ${id}`));
  expect(plan.impact.join(' ')).toContain('1 more are as idle');
  expect(plan.risk).toBe('disruptive');
});

test('programs are named, with their hosts shortened and no line break from a name', () => {
  const plan = mustPlan(action, on(idler(1, 9000, { addr: '10.1.2.3:4567', name: 'a\n<!channel>' })));
  expect(plan.impact.join('|')).toContain('1 of them belong to a <!channel> at 10.1.2.x');
});

test.each([
  ['a subscriber', { flags: 'P' }],
  ['a worker that waits', { flags: 'b' }],
  ['MONITOR', { flags: 'O' }],
  ['a transaction', { flags: 'x' }],
  ['a cache with tracking', { flags: 't' }],
  ['a replica', { flags: 'S' }],
  ['the primary', { flags: 'M' }],
  ['redis-medic', { name: 'redis-medic' }],
  ['a Sentinel', { name: 'sentinel-0a1b2c3d-cmd' }],
])('never %s', (_what, over) => expect(refusal(action, on(idler(1, 9000, over)))).toContain('no connection'));

test.each([
  [3599, false],
  [3600, true],
])('idle for %d s is enough: %s', (idle, enough) => expect(refusal(action, on(idler(1, idle))) === '').toBe(enough));

test('one that has worked since it was seen stays, as does another at its place', () => {
  const { args } = mustPlan(action, on(idler(1, 9000)));
  expect(refusal(action, on(idler(1, 3)), args)).toContain('worked again');
  expect(refusal(action, on(idler(1, 9000, { addr: '10.0.0.9:1' })), args)).toContain('no longer the connection');
  expect(mustPlan(action, on(idler(1, 9001), idler(2, 99_000)), args).commands).toHaveLength(1);
});
