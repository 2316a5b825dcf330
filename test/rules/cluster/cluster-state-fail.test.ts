import { expect, test } from 'vitest';
import clusterInfo, { type ClusterFacts } from '../../../src/probes/cluster-info.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/cluster/cluster-state-fail.ts';
import { clusterScene, LETTERS, type Members } from '../../support/cluster-scene.ts';
import { said, saw, type Told } from '../../support/scene.ts';

const WHOLE: ClusterFacts = {
  state: 'ok',
  assigned: 16_384,
  unserved: 0,
  doubtful: 0,
  knownNodes: 6,
  primaries: 3,
  linkBufferOverruns: 0,
};

function says(facts: Partial<ClusterFacts>, uptime = 1000): { readings: Told[] } {
  return {
    readings: [saw(clusterInfo, { facts: { ...WHOLE, ...facts } }), saw(server, { uptime_in_seconds: uptime })],
  };
}

function everyone(told: { readings: Told[] }): Members {
  return Object.fromEntries(LETTERS.map((letter) => [letter, told]));
}

test.each<[string, Members, string]>([
  ['all say ok', everyone(says({})), 'clear'],
  ['all say fail', everyone(says({ state: 'fail', assigned: 16_383 })), 'critical'],
  ['one of them says fail', { ...everyone(says({})), c: says({ state: 'fail' }) }, 'critical'],
  ['one that has started 9 s ago', { ...everyone(says({})), c: says({ state: 'fail' }, 9) }, 'clear'],
  ['one that had the time to hear the others', { ...everyone(says({})), c: says({ state: 'fail' }, 10) }, 'critical'],
  [
    'one that has just started and knows of a gap',
    { ...everyone(says({})), c: says({ state: 'fail', assigned: 9 }, 1) },
    'critical',
  ],
  ['nobody tells', {}, 'unassessed'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('one alone is told as that node, many as the target, with what clients were refused', () => {
  const down = says({ state: 'fail', unserved: 5461 });
  const refusing = {
    readings: [...down.readings, saw(errorStats, { counts: new Map([['CLUSTERDOWN', 7]]) }, { counts: new Map() })],
  };
  const [alone] = rule.assess('x', clusterScene({ ...everyone(says({})), c: down }));
  expect(alone).toMatchObject({
    node: '10.0.0.3:6379',
    headline: '10.0.0.3:6379 refuses commands: the cluster is down as it sees it, while 5 of 6 nodes go on',
  });
  const [all] = rule.assess('x', clusterScene({ ...everyone(down), c: refusing }));
  expect(all).toMatchObject({
    node: 'prod',
    headline: 'The cluster is down: 6 of 6 nodes refuse commands',
    evidence: [
      { field: 'cluster_state' },
      { field: 'cluster_slots_assigned', value: '16384' },
      { field: 'cluster_slots_fail', value: '5461' },
      { field: 'errorstat_CLUSTERDOWN', value: '+7' },
    ],
  });
});
