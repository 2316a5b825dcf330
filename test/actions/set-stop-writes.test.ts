import { expect, test } from 'vitest';
import action from '../../src/actions/set-stop-writes.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';

test('off by default, with the old value as undo and the loss in figures', () => {
  const plan = mustPlan(action, group([primary()]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET stop-writes-on-bgsave-error no`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET stop-writes-on-bgsave-error yes`]);
  expect(plan.impact.join(' ')).toContain('42 changes over 60 min');
  expect(plan.risk).toBe('reversible');
  expect(plan.remind?.afterSeconds).toBeLessThan(3600);
  expect(plan.remind?.text).toContain(`${PRIMARY} still accepts writes`);
});

test('on again', () => {
  const off = primary({ persistenceConfig: { stop_writes_on_bgsave_error: 'no' } });
  const plan = mustPlan(action, group([off]), { value: 'yes' });
  expect(lines(plan.commands)[0]).toContain('error yes');
  expect(plan.remind).toBeUndefined();
});

test.each([
  ['it is off already', { persistenceConfig: { stop_writes_on_bgsave_error: 'no' } }, 'is no already'],
  ['the append-only file fails', { persistence: { aof_last_write_status: 'err' } }, 'whatever this setting says'],
  ['it is not shown', { persistenceConfig: { stop_writes_on_bgsave_error: undefined } }, 'does not show'],
])('refuses when %s', (_when, over, reason) => expect(refusal(action, group([primary(over)]))).toContain(reason));
