import { expect, test } from 'vitest';
import clusterConfig from '../../../src/probes/cluster-config.ts';
import rule from '../../../src/rules/cluster/cluster-full-coverage-risk.ts';
import { clusterScene, type Members, sceneOf } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

const set = (cluster_require_full_coverage: string) => ({
  readings: [saw(clusterConfig, { cluster_require_full_coverage })],
});

test.each<[string, Members, string]>([
  ['the default', { a: set('yes'), b: set('yes') }, 'info'],
  ['switched off', { a: set('no'), b: set('no') }, 'clear'],
  ['CONFIG may not be read', {}, 'unassessed'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('where there is one shard it makes no difference', () => {
  expect(said(rule, sceneOf({ a: { slots: '0-16383', ...set('yes') } }))).toBe('clear');
});
