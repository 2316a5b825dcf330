import { expect, test } from 'vitest';
import clusterConfig from '../../../src/probes/cluster-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/cluster/cluster-node-timeout-misfit.ts';
import { clusterScene, type Member } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

function set(cluster_node_timeout: number, latest_fork_usec = 0): Member {
  return { readings: [saw(clusterConfig, { cluster_node_timeout }), saw(stats, { latest_fork_usec })] };
}

test.each([
  [4999, 0, 'warning'],
  [5000, 0, 'clear'],
  [15_000, 0, 'clear'],
  [60_000, 0, 'clear'],
  [60_001, 0, 'warning'],
  [15_000, 7_500_000, 'clear'],
  [15_000, 7_501_000, 'warning'],
])('%i ms, and a fork of %i us, is %s', (timeout, fork, want) => {
  expect(said(rule, clusterScene({ a: set(timeout, fork) }))).toBe(want);
});

test('it is told once, and a pause is named with its node', () => {
  expect(rule.assess('x', clusterScene({ a: set(1000), b: set(1000) }))).toMatchObject([
    { node: 'prod', headline: 'A node counts as dead after 1 s without an answer: short pauses cause failovers' },
  ]);
  expect(rule.assess('x', clusterScene({ a: set(15_000), b: set(15_000, 9_000_000) }))).toMatchObject([
    { headline: 'A fork held 10.0.0.2:6379 up for 9 s, and after 15 s the cluster takes it for dead' },
  ]);
  expect(said(rule, clusterScene())).toBe('unassessed');
});
