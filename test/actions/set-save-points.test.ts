import { expect, test } from 'vitest';
import action from '../../src/actions/set-save-points.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';
import { plainTarget } from '../support/target.ts';

const saving = (seconds: number, save = '60 1') => ({
  persistence: { rdb_last_bgsave_time_sec: seconds, rdb_changes_since_last_save: 3600 },
  persistenceConfig: { save },
});
const accepts = (dataLossSeconds: number) => ({ objectives: { ...plainTarget().objectives, dataLossSeconds } });

test.each([
  [1, '3600 1 300 100'],
  [50, '3600 1 540 100'],
  [700, '7020 1'],
])('relaxed for a snapshot of %d s: %s', (took, want) => {
  const plan = mustPlan(action, group([primary(saving(took))]), { aim: 'relax' });
  expect(plan.commands[0]?.argv).toEqual(['CONFIG', 'SET', 'save', want]);
  expect(plan.undo).toMatchObject([{ argv: ['CONFIG', 'SET', 'save', '60 1'] }]);
  expect(plan.args).toEqual({ save: want });
  expect(plan.impact[0]).toContain(`"60 1" becomes "${want}"`);
});

test('planned again it is the same list, whatever a snapshot takes by then', () => {
  const { args, commands } = mustPlan(action, group([primary(saving(50))]), { aim: 'relax' });
  expect(mustPlan(action, group([primary(saving(500))]), args).commands).toEqual(commands);
});

test('closer, as the target accepts', () => {
  const plan = mustPlan(action, group([primary(saving(1, '3600 1'))], accepts(300)), { aim: 'closer' });
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET save "300 1"`]);
  expect(plan.impact.join(' ')).toMatch(/after 5 min instead of 60 min/);
  expect(plan.remind).toBeUndefined();
});

test('paused: nothing is kept, and two people should know', () => {
  const plan = mustPlan(action, group([primary(saving(1))]), { aim: 'pause' });
  expect(plan.commands[0]?.argv).toEqual(['CONFIG', 'SET', 'save', '']);
  expect(plan.risk).toBe('disruptive');
  expect(plan.impact.join(' ')).toContain('not even by an orderly SHUTDOWN');
  expect(plan.remind?.text).toContain(`${PRIMARY} still takes no snapshots`);
});

test.each([
  ['a loss of a second', saving(1, '3600 1'), accepts(1), { aim: 'closer' }, 'playbook enable-aof'],
  ['less than ten snapshots take', saving(40, '3600 1'), accepts(300), { aim: 'closer' }, 'playbook enable-aof'],
  ['what is set', saving(1, '3600 1 300 100'), {}, { aim: 'relax' }, 'already'],
])('refuses %s', (_what, over, target, args, because) =>
  expect(refusal(action, group([primary(over)], target), args)).toContain(because),
);

test.each(['60', '60 0', '0 1', '60 1 ', 'yes', '60 1; 1'])('"%s" is no list of save points', (save) =>
  expect(action.args.safeParse({ save }).success).toBe(false),
);
