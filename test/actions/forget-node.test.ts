import { describe, expect, test } from 'vitest';
import action from '../../src/actions/forget-node.ts';
import { clusterScene, type Looks, type Members, sceneOf } from '../support/cluster-scene.ts';
import { group, lines, mustPlan, primary, refusal } from '../support/planning.ts';

const E = 'e'.repeat(40);
/** e is nobody any more for those that see it: it has no address. */
const lost: Looks = { at: '', flags: 'fail', slots: '', linked: false };
const ghost = (more: Members = {}) =>
  sceneOf({
    a: { slots: '0-5460', sees: { e: lost } },
    b: { slots: '5461-10922', sees: { e: lost } },
    c: { slots: '10923-16383', ...more.c },
    ...(more.d && { d: more.d }),
  });

test('everybody who knows the id forgets it, in one go', () => {
  const plan = mustPlan(action, ghost());
  expect(lines(plan.commands)).toEqual([`10.0.0.1:6379> CLUSTER FORGET ${E}`, `10.0.0.2:6379> CLUSTER FORGET ${E}`]);
  expect(plan.commands[0]?.applied).toEqual([{ node: '10.0.0.1:6379', reading: 'cluster-nodes.members', value: '3' }]);
  expect(plan.commands[1]?.until?.shows?.map(({ node }) => node)).toEqual(['10.0.0.1:6379', '10.0.0.3:6379']);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { ids: [E] } });
  expect(plan.undo).toContain('CLUSTER MEET');
});

describe('refuses', () => {
  const asked = { ids: [E] };
  test.each([
    ['no cluster', group([primary()]), {}, 'in no cluster'],
    ['where nobody is gone', clusterScene(), {}, 'knows no id'],
    ['one that answers', clusterScene(), asked, 'which answers'],
    ['an owner of slots', clusterScene({ b: { dead: true, flags: 'fail' } }), { ids: ['b'.repeat(40)] }, 'owns slots'],
    ['one that is not failed', clusterScene({ e: { dead: true } }), asked, 'no node counts'],
    ['while one cannot be told', ghost({ d: { dead: true, follows: 'a' } }), {}, '10.0.0.4:6379 could not be read'],
    ['what somebody follows', ghost({ d: { follows: 'e', sees: { e: lost } } }), {}, '10.0.0.4:6379 follows eeeeeeee'],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));
});
