import { expect, test } from 'vitest';
import rule from '../../../src/rules/cluster/cluster-replica-orphaned.ts';
import { clusterScene, type Members } from '../../support/cluster-scene.ts';
import { said } from '../../support/scene.ts';

test.each<[string, Members, string]>([
  ['every replica has its primary', {}, 'clear'],
  ['a primary that has failed', { a: { dead: true, flags: 'fail' } }, 'high'],
  ['a primary that only the replica calls failed', { d: { sees: { a: { flags: 'fail' } } } }, 'clear'],
  ['a primary that was forgotten', { d: { sees: { a: false } } }, 'high'],
  ['a primary without an address', { a: { dead: true, at: '', flags: 'noaddr' } }, 'high'],
  ['a primary that we alone do not reach', { a: { dead: true } }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the replica and the primary that it lost are named', () => {
  expect(rule.assess('x', clusterScene({ a: { dead: true, flags: 'fail' } }))).toMatchObject([
    {
      node: '10.0.0.4:6379',
      headline: 'The replica 10.0.0.4:6379 follows a primary that has failed',
      evidence: [{ value: '10.0.0.1:6379' }],
    },
  ]);
});
