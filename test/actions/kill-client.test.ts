import { expect, test } from 'vitest';
import action from '../../src/actions/kill-client.ts';
import { client } from '../support/client.ts';
import { group, lines, MIB, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

const hoarder = (id: number, mib: number, over = {}) => client({ id, omem: mib * MIB, ...over });
const on = (...clients: ReturnType<typeof client>[]) => group([primary({ clients })]);

test('the five that hold the most, by id, worst first', () => {
  const many = [20, 70, 30, 60, 40, 50].map((mib, at) => hoarder(at + 1, mib));
  const plan = mustPlan(action, on(...many));
  expect(lines(plan.commands)).toEqual([2, 4, 6, 5, 3].map((id) => `${PRIMARY}> CLIENT KILL ID ${id}`));
  expect(plan.risk).toBe('disruptive');
});

test('the address is shortened for people, and a hostile name cannot break the line', () => {
  const plan = mustPlan(action, on(hoarder(1, 70, { addr: '10.1.2.3:4567', name: 'a\n<!channel>' })));
  expect(plan.impact[0]).toMatch(/10\.1\.2\.x:4567 \(a.<!channel>\)/);
  expect(plan.impact[0]).not.toContain('\n');
});

test('planned again it names the same connections, though another holds more by now', () => {
  const { args, commands } = mustPlan(action, on(hoarder(1, 70)));
  expect(mustPlan(action, on(hoarder(9, 900), hoarder(1, 80, { age: 65 })), args).commands).toEqual(commands);
});

test.each([
  ['gone', [hoarder(2, 70)]],
  ['another address', [hoarder(1, 70, { addr: '10.0.0.9:1' })]],
  ['younger than it was', [hoarder(1, 70, { age: 5 })]],
])('planned again it refuses a connection that is %s', (_what, clients) => {
  const { args } = mustPlan(action, on(hoarder(1, 70)));
  expect(refusal(action, on(...clients), args)).toContain('no longer the connection');
});

test.each([
  ['the link to the primary', { flags: 'M' }],
  ['the link of a replica', { flags: 'S' }],
  ['redis-medic itself', { name: 'redis-medic' }],
  ['a Sentinel', { name: 'sentinel-0a1b2c3d-cmd' }],
])('never %s', (what, over) => {
  const spared = hoarder(1, 900, over);
  expect(refusal(action, on(spared))).toContain('no connection of an application');
  const pinned = { clients: [{ id: spared.id, addr: spared.addr, age: spared.age }] };
  expect(refusal(action, on(spared), pinned)).toContain(`client 1 is ${what}`);
});

test.each([
  [9.9, false],
  [10, true],
])('%d MiB is worth an interruption: %s', (mib, worth) =>
  expect(refusal(action, on(hoarder(1, mib))) === '').toBe(worth),
);

test('never more than five', () => {
  const clients = Array.from({ length: 6 }, (_, id) => ({ id, addr: 'a:1', age: 1 }));
  expect(refusal(action, on(), { clients })).toMatch(/^clients: .*5/);
});
