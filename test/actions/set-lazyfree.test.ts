import { expect, test } from 'vitest';
import action from '../../src/actions/set-lazyfree.ts';
import lazyfree from '../../src/probes/lazyfree-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const off = {
  lazyfree_lazy_user_del: 'no',
  lazyfree_lazy_server_del: 'no',
  lazyfree_lazy_expire: 'no',
  lazyfree_lazy_eviction: 'yes',
};
const has = (over = {}) => ({ more: [saw(lazyfree, { ...off, ...over })] });

test('7.0 takes all at once, and only what is off', () => {
  const plan = mustPlan(action, group([primary(has())]));
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET lazyfree-lazy-user-del yes lazyfree-lazy-server-del yes lazyfree-lazy-expire yes`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${PRIMARY}> CONFIG SET lazyfree-lazy-expire no lazyfree-lazy-server-del no lazyfree-lazy-user-del no`,
  ]);
  expect(plan.commands[0]?.applied).toHaveLength(3);
});

test('6.2 takes one at a time, and is undone in the opposite order', () => {
  const plan = mustPlan(action, group([primary({ ...has(), identity: { version: '6.2.16' } })]));
  expect(lines(plan.commands)).toHaveLength(3);
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET lazyfree-lazy-expire no`);
});

test('only on the named occasions, on the whole group', () => {
  const plan = mustPlan(action, group([primary(has()), replica(has())]), { on: ['expire'] });
  expect(plan.commands.map(({ argv }) => argv.slice(2))).toEqual([
    ['lazyfree-lazy-expire', 'yes'],
    ['lazyfree-lazy-expire', 'yes'],
  ]);
});

test.each([
  ['it is on', primary(has()), { on: ['eviction'] }, 'already'],
  [
    'a version lacks it',
    primary(has({ lazyfree_lazy_user_del: undefined })),
    {},
    'does not show lazyfree-lazy-user-del',
  ],
  ['CONFIG is closed', primary({ more: [saw(lazyfree, "NOPERM no 'config|get'")] }), {}, 'NOPERM'],
  ['the primary is not there', replica(has()), {}, 'could not be read'],
])('refuses when %s', (_when, node, args, because) => expect(refusal(action, group([node]), args)).toContain(because));
