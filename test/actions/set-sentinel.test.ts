import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-sentinel.ts';
import { lines, mustPlan, primary, refusal, replica } from '../support/planning.ts';
import { scene } from '../support/scene.ts';
import { sentinel, type Told, WATCHER, watched } from '../support/sentinel-scene.ts';

const OTHER = '10.0.0.8:26379';
const nodes = [primary(), replica()];
const both = (one: NonNullable<Told['master']>, two: NonNullable<Told['master']> = {}) =>
  watched(nodes, [sentinel({ master: one }), sentinel({ name: OTHER, master: two })]);

test.each([
  ['a quorum of 1 of three becomes a majority', both({ quorum: 1 }, { quorum: 1 }), 'quorum 2', 'quorum 1'],
  [
    'a hasty one',
    both({ downAfterMs: 500 }, { downAfterMs: 500 }),
    'down-after-milliseconds 30000',
    'down-after-milliseconds 500',
  ],
  [
    'an impatient one',
    both({ failoverTimeoutMs: 9999 }, { failoverTimeoutMs: 9999 }),
    'failover-timeout 180000',
    'failover-timeout 9999',
  ],
  [
    'all replicas at once',
    both({ parallelSyncs: 3, replicas: 4 }, { parallelSyncs: 3, replicas: 4 }),
    'parallel-syncs 1',
    'parallel-syncs 3',
  ],
])('%s, on each Sentinel, and back', (_what, snapshot, set, back) => {
  const plan = mustPlan(action, snapshot);
  expect(lines(plan.commands)).toEqual([WATCHER, OTHER].map((name) => `${name}> SENTINEL SET mymaster ${set}`));
  expect(lines(plan.undo)).toEqual([WATCHER, OTHER].map((name) => `${name}> SENTINEL SET mymaster ${back}`));
  expect(plan.risk).toBe('reversible');
  expect(mustPlan(action, snapshot, plan.args).commands).toEqual(plan.commands);
});

test('one that differs gets what most have', () => {
  const snapshot = watched(nodes, [
    sentinel({ master: { downAfterMs: 5000 } }),
    sentinel({ name: OTHER }),
    sentinel({ name: '10.0.0.7:26379' }),
  ]);
  const plan = mustPlan(action, snapshot);
  expect(lines(plan.commands)).toEqual([`${WATCHER}> SENTINEL SET mymaster down-after-milliseconds 30000`]);
  expect(plan.commands[0]).toMatchObject({
    via: 'sentinel',
    applied: [{ node: WATCHER, reading: 'sentinel-master.downAfterMs', value: '30000' }],
  });
  expect(plan.watches).toEqual([{ node: WATCHER, reading: 'sentinel-master.downAfterMs' }]);
});

test('what a person asks for goes before', () =>
  expect(lines(mustPlan(action, both({}), { quorum: 3 }).commands)).toContain(
    `${OTHER}> SENTINEL SET mymaster quorum 3`,
  ));

describe('refuses', () => {
  test.each([
    ['a target without Sentinels', scene({ nodes }), {}, 'no Sentinel watches prod'],
    ['what is well', both({}), {}, 'the same everywhere'],
    ['during a failover', both({ flags: ['master', 'failover_in_progress'] }), {}, 'failing over already'],
    [
      'one that could not be read',
      watched(nodes, [sentinel(), { name: OTHER, cause: 'unreachable' }]),
      {},
      `${OTHER} could not be read`,
    ],
    [
      'one that tells nothing',
      watched(nodes, [sentinel({ master: { quorum: 1 } }), { name: OTHER, readings: [] }]),
      {},
      'does not tell',
    ],
    ['a quorum that cannot be met', both({}), { quorum: 4 }, 'cannot be met by 3 Sentinels'],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));
});
