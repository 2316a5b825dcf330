import { expect, test } from 'vitest';
import action from '../../src/actions/trim-stream.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { asked } from '../support/asking.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

interface Group {
  pending?: number;
  last?: string;
  lag?: number;
}

function on(args: object, length: number, groups: readonly Group[]) {
  const rows = groups.map(({ pending = 0, last = '900-0', lag }, at) => [
    'name',
    `g${at}`,
    'consumers',
    1,
    'pending',
    pending,
    'last-delivered-id',
    last,
    ...(lag === undefined ? [] : ['lag', lag]),
  ]);
  return asked(action, group([primary()]), args, (command) => (command === 'XLEN' ? length : rows));
}

test('the oldest go, down to a number or an id', () => {
  const keep = { key: 's', keep: 100 };
  const plan = mustPlan(action, on(keep, 1000, [{ lag: 50 }]), keep);
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> XTRIM s MAXLEN "~" 100 LIMIT 1000000`]);
  expect(plan.commands[0]?.signs).toEqual([{ ask: ['XLEN', 's'], applied: { to: 999 }, before: { from: 1000 } }]);
  expect(plan.impact[0]).toContain('About 900 of the 1000 entries of "s"');
  expect(plan.risk).toBe('destructive');
  const before = { key: 's', before: '500-0', db: 2 };
  const [command] = mustPlan(action, on(before, 1000, [{}]), before).commands;
  expect(command).toMatchObject({ db: 2, argv: ['XTRIM', 's', 'MINID', '~', '500-0', 'LIMIT', '1000000'] });
});

test.each<[string, object, readonly Group[], string]>([
  ['no group', { keep: 100 }, [], 'no consumer group'],
  ['unread', { keep: 100 }, [{ lag: 0 }, { lag: 101 }], 'group "g1" has not read 1 of them'],
  ['just read', { keep: 100 }, [{ lag: 100 }], ''],
  ['unknown lag', { keep: 100 }, [{}], 'not known to the server'],
  ['pending', { keep: 100 }, [{ lag: 0, pending: 2 }], 'not acknowledged 2'],
  ['pending, and said', { keep: 100, lose: 'pending' }, [{ lag: 0, pending: 2 }], ''],
  ['unread, but only pending said', { keep: 100, lose: 'pending' }, [{ lag: 500 }], 'not read 400'],
  ['unread, and said', { keep: 100, lose: 'unread' }, [{ lag: 500 }], ''],
  ['read up to before the id', { before: '901-0' }, [{ last: '900-0' }], 'has read up to 900-0 only'],
  ['read up to the id', { before: '900-0' }, [{ last: '900-0' }], ''],
  ['short already', { keep: 1000 }, [{ lag: 0 }], 'not more than 1000'],
])('%s', (_what, how, groups, because) => {
  const args = { key: 's', ...how };
  const told = refusal(action, on(args, 1000, groups), args);
  expect(because === '' ? told : told.includes(because)).toBe(because === '' ? '' : true);
});

test('what is no stream, and an id that is none', () => {
  const args = { key: 's', keep: 1 };
  const wrong = asked(action, group([primary()]), args, () => new ReplyError('WRONGTYPE no stream'));
  expect(refusal(action, wrong, args)).toContain('WRONGTYPE');
  expect(refusal(action, on(args, 0, []), args)).toContain('no stream');
  for (const how of [{}, { keep: 1, before: '1-1' }, { before: '1-1; FLUSHALL' }]) {
    expect(() => mustPlan(action, group([primary()]), { key: 's', ...how })).toThrow(/say either|entry id/);
  }
});
