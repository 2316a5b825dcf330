import { expect, test } from 'vitest';
import clusterConfig from '../../../src/probes/cluster-config.ts';
import rule from '../../../src/rules/cluster/cluster-slots-uncovered.ts';
import { clusterScene, type Members, sceneOf } from '../../support/cluster-scene.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[string, Members, string]>([
  ['every slot has a living owner', {}, 'clear'],
  [
    'a slot that its owner does not claim any more, whatever the others believe',
    { a: { sees: { a: { slots: '0-5459' } } } },
    'critical',
  ],
  ['a slot that nobody claims', { a: { slots: '0-5459' } }, 'critical'],
  ['a node that has not heard of a slot yet', { f: { sees: { b: { slots: '' } } } }, 'clear'],
  ['a failed primary that nobody has replaced', { a: { dead: true, flags: 'fail' } }, 'critical'],
  ['a failed replica', { d: { dead: true, flags: 'fail' } }, 'clear'],
  ['a primary that we alone do not reach', { a: { dead: true } }, 'clear'],
  ['a primary that neither most nodes nor we reach', { a: { dead: true, flags: 'fail?' } }, 'critical'],
  ['a primary that most nodes doubt, but that answers us', { a: { flags: 'fail?' } }, 'clear'],
  [
    'a failed primary whose slots were taken over',
    { a: { dead: true, flags: 'fail', slots: '' }, d: { follows: '', slots: '0-5460' } },
    'clear',
  ],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the headline counts the slots, the evidence names them and says what the other slots do', () => {
  const readings = [saw(clusterConfig, { cluster_require_full_coverage: 'no' })];
  const [found] = rule.assess(
    'x',
    clusterScene({ a: { dead: true, flags: 'fail' }, b: { slots: '5461-10919', readings } }),
  );
  expect(found).toMatchObject({
    node: 'prod',
    headline: '5464 of 16384 slots are served by nobody',
    evidence: [
      { field: 'slots without an owner', value: '10920-10922' },
      { field: 'slots of failed primaries', value: '0-5460' },
      { field: 'cluster-require-full-coverage', value: 'no' },
    ],
  });
});

test('a cluster that was never created says so', () => {
  expect(rule.assess('x', sceneOf({ a: {} }))).toMatchObject([
    { severity: 'critical', headline: 'No slot of the cluster has an owner: it was not created yet, or was reset' },
  ]);
});

test.each([
  ['a target without a cluster', 'replication', 'clear'],
  ['a cluster by declaration, of which no node is one', 'cluster', 'unassessed'],
] as const)('%s', (_sentence, kind, want) => {
  expect(said(rule, scene({ target: { kind }, nodes: [{ readings: [] }] }))).toBe(want);
});

test('nobody may ask for the view: unassessed, with the reason', () => {
  const nodes = clusterScene({}).nodes.map((node) => ({
    name: node.name,
    identity: { mode: 'cluster' as const },
    readings: [],
  }));
  expect(rule.assess('x', scene({ nodes }))).toMatchObject([
    { kind: 'unassessed', reason: 'this probe was not asked' },
  ]);
});
