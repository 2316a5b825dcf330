import { expect, test } from 'vitest';
import action from '../../src/actions/expire-keys.ts';
import { asked, type Key, keyspaceOf } from '../support/asking.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

const on = (args: object, keys: Readonly<Record<string, Key>>) =>
  asked(action, group([primary()]), args, keyspaceOf(keys));

test('each key gets its time, and the undo gives back what it had, by the clock of the server', () => {
  const args = { keys: 'a b', seconds: 60 };
  const plan = mustPlan(action, on(args, { a: { type: 'string' }, b: { type: 'hash', ttl: 90_000 } }), args);
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> PEXPIRE a 60000`, `${PRIMARY}> PEXPIRE b 60000`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> PERSIST a`, `${PRIMARY}> PEXPIREAT b 4690000`]);
  expect(plan.risk).toBe('destructive');
  expect([...plan.commands, ...(plan.undo as typeof plan.commands)].map(({ signs }) => signs?.[0]?.applied)).toEqual([
    { from: 0, to: 60_000 },
    { from: 0, to: 60_000 },
    { from: -1, to: -1 },
    { from: 60_001 },
  ]);
});

test.each([
  [{ a: { type: 'none' } }, 'there is no key "a"'],
  [{ a: { type: 'string', ttl: 60_000 } }, 'longer than it does now'],
  [{ a: { type: 'string', ttl: 60_001 } }, ''],
])('%j: %s', (keys, because) => {
  const args = { keys: 'a', seconds: 60 };
  const told = refusal(action, on(args, keys as Readonly<Record<string, Key>>), args);
  expect(because === '' ? told : told.includes(because)).toBe(because === '' ? '' : true);
});

test('not within less than a minute', () => {
  expect(() => mustPlan(action, group([primary()]), { keys: 'a', seconds: 59 })).toThrow('seconds');
});
