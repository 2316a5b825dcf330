import { expect, test } from 'vitest';
import clusterConfig from '../../../src/probes/cluster-config.ts';
import rule from '../../../src/rules/cluster/cluster-view-disagreement.ts';
import { clusterScene, type Members, sceneOf } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

/** c gives slot 5460 to nobody. */
const less = { a: { slots: '0-5459' } };
/** It has heard a between the samples, or not. */
const heard = (now: number) => ({ sees: { a: { ...less.a, heard: now } }, saw: { a: { ...less.a, heard: 1 } } });

test.each<[string, Members, string]>([
  ['all agree', {}, 'clear'],
  ['one sees it otherwise, and has heard from the owner since', { c: heard(2) }, 'high'],
  ['one sees it otherwise, and may not have heard yet', { c: heard(1) }, 'warning'],
  [
    'the window is as long as two node timeouts',
    { c: { ...heard(1), readings: [saw(clusterConfig, { cluster_node_timeout: 1000 })] } },
    'high',
  ],
  ['its link to the owner is down', { c: { sees: { a: { ...less.a, linked: false } } } }, 'high'],
  ['they agreed a moment ago', { c: { sees: less, saw: {} } }, 'clear'],
  ['they will agree in a moment', { c: { sees: {}, saw: less } }, 'clear'],
  ['the slot is on its way', { a: { open: '[5460->-b]' }, c: { sees: less } }, 'clear'],
  [
    'the owner does not claim it, and the others have heard from it',
    { a: { sees: less, saw: less }, b: { sees: { a: { heard: 2 } }, saw: { a: { heard: 1 } } } },
    'high',
  ],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('it is about the cluster as a whole; who dissents and both owners are named', () => {
  expect(
    rule.assess('x', clusterScene({ c: { sees: { a: { slots: '0-5459' }, b: { slots: '5460-10922' } } } })),
  ).toMatchObject([
    {
      node: 'prod',
      headline: '1 of 6 nodes see 1 slot with other owners than the rest',
      evidence: [
        { field: 'slots 5460 on 10.0.0.3:6379', value: '10.0.0.2:6379', expected: '10.0.0.1:6379, as most nodes see' },
        { field: 'seen for', value: '2 s', expected: 'gone within 30 s' },
      ],
    },
  ]);
  expect(rule.assess('x', clusterScene({ c: { sees: less }, d: { sees: less } }))).toMatchObject([
    { node: 'prod', headline: '2 of 6 nodes see 1 slot with other owners than the rest' },
  ]);
});

test('one view alone proves nothing, but for a cluster of one', () => {
  expect(said(rule, sceneOf({ a: { slots: '0-16383' }, b: { dead: true } }))).toBe('unassessed');
  expect(said(rule, sceneOf({ a: { slots: '0-16383' } }))).toBe('clear');
});
