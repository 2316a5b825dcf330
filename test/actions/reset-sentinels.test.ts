import { describe, expect, test } from 'vitest';
import action from '../../src/actions/reset-sentinels.ts';
import { lines, mustPlan, primary, refusal, replica } from '../support/planning.ts';
import { scene } from '../support/scene.ts';
import { sentinel, type Told, WATCHER, watched } from '../support/sentinel-scene.ts';

const row = { address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset: 1, ackSeconds: 0 };
const head = primary({ replication: { replicas: [row] } });
const DEAD = { two: 'sentinel', dead: 'sentinel,s_down' };
const first = (over: Told = {}) => sentinel({ peers: DEAD, ...over });
const second = (over: Told = {}) =>
  sentinel({ name: '10.0.0.8:26379', id: 'two', peers: { one: 'sentinel', dead: 'sentinel,s_down' }, ...over });
const nodes = [head, replica()];

test('one after the other, and each must know all that live before the next', () => {
  const plan = mustPlan(action, watched(nodes, [first(), second()]));
  expect(lines(plan.commands)).toEqual([
    `${WATCHER}> SENTINEL RESET mymaster`,
    '10.0.0.8:26379> SENTINEL RESET mymaster',
  ]);
  expect(plan.commands[0]).toMatchObject({ via: 'sentinel' });
  expect(plan.commands[0]?.until).toMatchObject({
    withinSeconds: 60,
    shows: [
      { node: WATCHER, reading: 'sentinel-master.otherSentinels', value: '1' },
      { node: WATCHER, reading: 'sentinel-master.replicas', value: '1' },
      { node: WATCHER, reading: 'sentinel-master.state', value: 'master' },
    ],
  });
  expect(plan).toMatchObject({ risk: 'disruptive', args: { sentinels: [WATCHER, '10.0.0.8:26379'] } });
  expect(plan.impact[0]).toBe(`${WATCHER} forgets the Sentinel 10.0.1.4:26379.`);
});

test('a replica that is gone is forgotten, and one that lists nothing stale is left alone', () => {
  const stale = { name: 'gone', address: { host: '10.0.0.7', port: 6379 }, flags: ['slave', 's_down'] };
  const snapshot = watched(nodes, [
    first({ peers: { two: 'sentinel' } }),
    second({ peers: { one: 'sentinel' }, replicas: [stale] }),
  ]);
  const plan = mustPlan(action, snapshot);
  expect(lines(plan.commands)).toEqual(['10.0.0.8:26379> SENTINEL RESET mymaster']);
  expect(plan.impact[0]).toContain('the replica 10.0.0.7:6379');
});

test('one that we cannot read but others hear is expected to come back', () =>
  expect(
    mustPlan(action, watched(nodes, [first({ peers: { ...DEAD, three: 'sentinel' } })])).commands[0]?.until?.shows?.[0],
  ).toMatchObject({ value: '2' }));

describe('refuses', () => {
  const flags = (...words: string[]) => [first({ master: { flags: words } })];
  test.each([
    ['a target without Sentinels', scene({ nodes }), 'no Sentinel watches prod'],
    [
      'where nothing is gone',
      watched(nodes, [first({ peers: { two: 'sentinel' } })]),
      'lists a Sentinel or a replica that is gone',
    ],
    ['during a failover', watched(nodes, flags('master', 'failover_in_progress')), 'failing over already'],
    ['while the primary is down', watched(nodes, flags('master', 's_down', 'o_down')), 'counts the primary as down'],
    ['in TILT', watched(nodes, [first({ tilt: 1 })]), 'TILT'],
    ['a primary that we cannot read', watched([replica()], [first()]), 'could not be read as one'],
    [
      'to forget a replica that lives',
      watched([primary(), replica()], [first()]),
      'would make the Sentinels forget it',
    ],
  ])('%s', (_what, snapshot, reason) => expect(refusal(action, snapshot)).toContain(reason));
});
