import { expect, test } from 'vitest';
import rule from '../../../src/rules/cluster/cluster-slot-conflict.ts';
import { clusterScene, type Members } from '../../support/cluster-scene.ts';
import { said } from '../../support/scene.ts';

const claims = { slots: '5460-10922' };

test.each<[string, Members, string]>([
  ['each slot is claimed once', {}, 'clear'],
  ['two claim one', { b: { sees: { b: claims } } }, 'critical'],
  ['others believe in another owner, but it does not claim', { f: { sees: { b: claims } } }, 'clear'],
  ['the second has failed for the others', { b: { flags: 'fail', sees: { b: claims } } }, 'clear'],
  ['the second did not claim it a moment ago', { b: { sees: { b: claims }, saw: {} } }, 'clear'],
  ['a replica repeats what its primary has', { d: { slots: '0-5460' } }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the one with the lower config epoch is the phantom', () => {
  expect(rule.assess('x', clusterScene({ a: { epoch: 3 }, b: { epoch: 2, sees: { b: claims } } }))).toMatchObject([
    {
      node: '10.0.0.2:6379',
      headline: 'Slot 5460 is claimed by both 10.0.0.1:6379 and 10.0.0.2:6379',
      evidence: [{ value: '3' }, { value: '2' }],
    },
  ]);
});
