import fc from 'fast-check';
import { expect, test } from 'vitest';
import action from '../../src/actions/unlink-keys.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { asked, type Key, keyspaceOf } from '../support/asking.ts';
import { group, lines, MIB, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';

const KEYS = { cart: { type: 'hash', bytes: 2 * MIB, ttl: 3_600_000 }, old: { type: 'list' } };
const on = (args: object, keys: Readonly<Record<string, Key>> = KEYS, nodes = [primary()]) =>
  asked(action, group(nodes), args, keyspaceOf(keys));

test('copied aside, then deleted; what each key is stands in the plan', () => {
  const args = { keys: 'cart old' };
  const plan = mustPlan(action, on(args), args);
  const id = (plan.args as { id: string }).id;
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> keys keep ${id} 0 cart old`, `${PRIMARY}> UNLINK cart old`]);
  expect(plan.commands[0]).toMatchObject({ via: 'medic' });
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> keys restore ${id} 0 cart old`]);
  expect(plan.impact[0]).toContain(
    '2 keys with 2 MiB are deleted, also on the replicas: "cart" (hash, 2 MiB, expires in 60 min), "old" (list',
  );
  expect(plan.risk).toBe('destructive');
  const again = mustPlan(action, { ...on(plan.args as object), takenAt: 1 }, plan.args);
  expect(again.commands).toEqual(plan.commands);
});

test('in the database that was named', () => {
  const args = { keys: ['old'], db: 3 };
  const plan = mustPlan(action, on(args), args);
  expect(plan.commands.at(-1)).toMatchObject({ db: 3, argv: ['UNLINK', 'old'] });
  expect(plan.commands[0]?.argv.slice(3)).toEqual(['3', 'old']);
});

test('names that are not there are told, and refuse when there is no other', () => {
  const args = { keys: 'old gone' };
  // That one is gone says nothing of the command.
  expect(mustPlan(action, on(args), args).commands.at(-1)?.signs).toMatchObject([
    { ask: ['MEMORY', 'USAGE', 'old', 'SAMPLES', '5'] },
  ]);
  expect(mustPlan(action, on(args), args).impact.join(' ')).toContain('1 of the names are not there: "gone"');
  expect(refusal(action, on({ keys: 'gone' }), { keys: 'gone' })).toBe('none of these keys is there');
});

test.each([
  [16, 16, ''],
  [16, 17, 'too much to copy aside'],
])('%d MiB a key can be copied, %d MiB: "%s"', (_most, mib, because) => {
  const args = { keys: 'fat' };
  const told = refusal(action, on(args, { fat: { type: 'string', bytes: mib * MIB } }), args);
  expect(told === '' ? '' : 'too much to copy aside').toBe(because);
  const without = { keys: 'fat', copy: 'none' };
  const plan = mustPlan(action, on(without, { fat: { type: 'string', bytes: mib * MIB } }), without);
  expect(plan.commands).toHaveLength(1);
  expect(plan.undo).toContain('without a copy');
});

test('64 MiB in all can be copied, one more cannot', () => {
  const five = Object.fromEntries('abcde'.split('').map((key) => [key, { type: 'set', bytes: 13 * MIB }]));
  const args = { keys: 'a b c d' };
  expect(refusal(action, on(args, five), args)).toBe('');
  expect(refusal(action, on({ keys: 'a b c d e' }, five), { keys: 'a b c d e' })).toContain('65 MiB');
});

test('a key that is another one by now is left alone', () => {
  const { args } = mustPlan(action, on({ keys: 'old' }), { keys: 'old' });
  expect(refusal(action, on(args as object, { old: { type: 'zset' } }), args)).toContain('"old" is a zset now');
});

test('what is not known is not deleted', () => {
  const args = { keys: 'old' };
  const denied = asked(action, group([primary()]), args, () => new ReplyError('NOPERM no permissions'));
  expect(refusal(action, denied, args)).toContain('NOPERM');
  expect(refusal(action, group([primary()]), args)).toContain('not asked');
  expect(refusal(action, group([replica()]), args)).toContain('the primary of');
  const loading = [primary({ identity: { loading: true } })];
  expect(refusal(action, on(args, KEYS, loading), args)).toContain('loading');
});

test.each([
  [{ keys: '' }],
  [{ keys: 'a a' }],
  [{ keys: '"open' }],
  [{ keys: Array.from({ length: 101 }, (_, at) => `k${at}`) }],
  [{ keys: 'a', db: -1 }],
])('no plan for %j', (args) => {
  expect(() => mustPlan(action, group([primary()]), args)).toThrow(/keys|db/);
});

test('names of keys are words of their own, and people read each on one line', () => {
  const name = fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (keys) => {
      const args = { keys };
      const plan = mustPlan(
        action,
        asked(action, group([primary()]), args, (command) => (command === 'TYPE' ? 'set' : 1)),
        args,
      );
      expect(plan.commands.at(-1)?.argv).toEqual(['UNLINK', ...keys]);
      expect(plan.commands[0]?.argv.slice(4)).toEqual(keys);
      for (const line of plan.impact) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
