import { expect, test } from 'vitest';
import action from '../../src/actions/set-fsync.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { plainTarget } from '../support/target.ts';

const always = { persistenceConfig: { appendonly: 'yes', appendfsync: 'always', no_appendfsync_on_rewrite: 'no' } };
const { objectives } = plainTarget();

test('relaxed on the whole group, with what it costs and whom to ask', () => {
  const plan = mustPlan(action, group([primary(always), replica(always)]), { fsync: 'everysec' });
  expect(lines(plan.commands)).toHaveLength(2);
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET appendfsync always`);
  expect(plan.impact.join(' ')).toMatch(/may lose about 2 s of writes.*owner accepts that/s);
});

test('no flush during rewrites costs their length', () => {
  const over = { ...always, persistence: { aof_last_rewrite_time_sec: 40, rdb_last_bgsave_time_sec: -1 } };
  expect(mustPlan(action, group([primary(over)]), { not_on_rewrite: 'yes' }).impact[0]).toContain('about 42 s');
});

test.each([
  [1, 'allows 1 s'],
  [2, ''],
])('with a loss of %d s accepted: %s', (dataLossSeconds, because) => {
  const target = { objectives: { ...objectives, dataLossSeconds } };
  expect(refusal(action, group([primary(always)], target), { fsync: 'everysec' })).toContain(because);
});

test('to be stricter is always allowed', () => {
  const target = { objectives: { ...objectives, dataLossSeconds: 0 } };
  const everysec = { persistenceConfig: { ...always.persistenceConfig, appendfsync: 'everysec' } };
  expect(mustPlan(action, group([primary(everysec)], target), { fsync: 'always' }).impact[0]).toContain('slower');
});

test.each([
  ['when the file is off', primary(), 'is off'],
  ['what is set', primary({ persistenceConfig: { ...always.persistenceConfig, appendfsync: 'everysec' } }), 'already'],
])('refuses %s', (_what, node, because) =>
  expect(refusal(action, group([node]), { fsync: 'everysec' })).toContain(because),
);

test('never "no": the system would flush when it likes', () => {
  expect(action.args.safeParse({ fsync: 'no' }).success).toBe(false);
});
