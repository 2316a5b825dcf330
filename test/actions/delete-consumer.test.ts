import fc from 'fast-check';
import { expect, test } from 'vitest';
import action from '../../src/actions/delete-consumer.ts';
import { asked } from '../support/asking.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

const ARGS = { key: 's', group: 'g', consumer: 'c' };
const HOUR = 3_600_000;
const on = (pending: number, idle: number, name = 'c') =>
  asked(action, group([primary()]), ARGS, () => [
    ['name', name, 'pending', pending, 'idle', idle],
    ['name', 'other', 'pending', 9, 'idle', 1],
  ]);

test('one that is gone and holds nothing is removed, and made again by the undo', () => {
  const plan = mustPlan(action, on(0, HOUR), ARGS);
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> XGROUP DELCONSUMER s g c`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> XGROUP CREATECONSUMER s g c`]);
  expect(plan.impact[0]).toContain('1 stay');
});

test.each([
  ['entries would be lost', on(1, HOUR), 'claim them first'],
  ['it is at work', on(0, HOUR - 1), 'it is at work'],
  ['it is not there', on(0, HOUR, 'd'), 'has no consumer "c"'],
])('refused: %s', (_what, snapshot, because) => expect(refusal(action, snapshot, ARGS)).toContain(because));

test('names stay words of their own and lines of one line, whatever is in them', () => {
  const name = fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(name, name, name, (key, groupName, consumer) => {
      const args = { key, group: groupName, consumer };
      const rows = [['name', consumer, 'pending', 0, 'idle', HOUR]];
      const plan = mustPlan(
        action,
        asked(action, group([primary()]), args, () => rows),
        args,
      );
      expect(plan.commands.map(({ argv }) => argv)).toEqual([['XGROUP', 'DELCONSUMER', key, groupName, consumer]]);
      for (const line of plan.impact) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      for (const line of lines(plan.commands)) expect(line).not.toMatch(/[\n\r]/);
    }),
  );
});
