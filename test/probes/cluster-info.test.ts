import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import clusterInfo from '../../src/probes/cluster-info.ts';
import { identityOf, replies } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const server = identityOf('redis-7.0.15');

test.each(['redis-7.0.15', 'redis-8.0.6', 'valkey-9.1.2'] as const)('%s: a cluster with a dead primary', (version) => {
  expect(clusterInfo.read(replies(version, 'cluster-info-with-a-dead-primary'), server)).toEqual({
    cluster_state: 'fail',
    cluster_slots_assigned: 16_382,
    facts: {
      state: 'fail',
      assigned: 16_382,
      unserved: 5462,
      doubtful: 0,
      knownNodes: 6,
      primaries: 3,
      linkBufferOverruns: 0,
    },
  });
});

test('6.2 does not count overruns of links', () => {
  const { facts } = clusterInfo.read(replies('redis-6.2.16', 'cluster-info-of-half-a-cluster'), server);
  expect(facts).toMatchObject({ state: 'fail', assigned: 8000, linkBufferOverruns: undefined });
});

test.each([
  ['a server that is in no cluster', server, 0],
  ['a node of a cluster', { ...server, mode: 'cluster' as const }, 1],
  ['a node that loads its data refuses the question', { ...server, mode: 'cluster' as const, loading: true }, 0],
])('%s', (_sentence, identity, questions) => {
  expect(clusterInfo.commands(identity, parseInfo(''), plainTarget())).toHaveLength(questions);
});

test('where nothing was asked there are no facts; what is no answer is none', () => {
  expect(clusterInfo.read([], server)).toEqual({});
  expect(() => clusterInfo.read(['what?'], server)).toThrow(NotAnswered);
});
