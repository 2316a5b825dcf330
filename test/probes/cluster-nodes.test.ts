import { expect, test } from 'vitest';
import { slotsText } from '../../src/domain/cluster.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import clusterNodes, { judgeCluster } from '../../src/probes/cluster-nodes.ts';
import { identityOf, replies } from '../support/captured.ts';
import { clusterScene } from '../support/cluster-scene.ts';
import { plainTarget } from '../support/target.ts';

const server = identityOf('redis-7.0.15');

test.each(['redis-7.0.15', 'redis-8.0.6', 'valkey-9.1.2'] as const)('%s: a cluster with a dead primary', (version) => {
  const seen = clusterNodes.read(replies(version, 'cluster-nodes-with-a-dead-primary'), server);
  expect(seen).toMatchObject({ primary: '-', slots: 5459, open_slots: 2, members: 6 });
  const { view } = seen;
  expect(view?.myself).toMatchObject({ role: 'primary', configEpoch: 1, hostname: 'node.example' });
  expect(slotsText(view?.myself.slots ?? [])).toBe('0-4, 6-7, 9-5460');
  const other = view?.others.find(({ slots }) => slots[0]?.from === 5461);
  expect(view?.open).toEqual([
    { slot: 7, direction: 'migrating', peer: other?.id },
    { slot: 9000, direction: 'importing', peer: other?.id },
  ]);
  const dead = view?.others.filter(({ flags }) => flags.has('fail')) ?? [];
  expect(dead).toMatchObject([{ role: 'primary', linked: false, slots: [{ from: 10_922, to: 16_383 }] }]);
  expect(view?.others.filter(({ primaryId }) => primaryId === dead[0]?.id)).toHaveLength(1);
});

test('a node that has met nobody knows itself, without an address', () => {
  const { view } = clusterNodes.read(replies('redis-6.2.16', 'cluster-node-alone'), server);
  expect(view).toMatchObject({ others: [], open: [], myself: { slots: [{ from: 0, to: 7999 }] } });
  expect(view?.myself.address).toBeUndefined();
});

test('a server that is in no cluster is not asked and has no view', () => {
  expect(clusterNodes.commands(server, parseInfo(''), plainTarget())).toEqual([]);
  expect(clusterNodes.commands({ ...server, mode: 'cluster' }, parseInfo(''), plainTarget())).toEqual([
    ['CLUSTER', 'NODES'],
  ]);
  expect(clusterNodes.commands({ ...server, mode: 'cluster', loading: true }, parseInfo(''), plainTarget())).toMatch(
    /loads/,
  );
  expect(clusterNodes.read([], server)).toEqual({});
  expect(() => clusterNodes.read(['what?'], server)).toThrow(NotAnswered);
});

test('nodes that were not looked at make nothing clear, and hide nothing', () => {
  const more = clusterScene({ a: { sees: { '9': { at: '10.9.9.9:6379' } } } });
  expect(judgeCluster(more, () => [])).toEqual({
    unassessed: '1 of the nodes that the cluster counts were not looked at',
  });
  const found = [{ node: 'prod', severity: 'high' as const, headline: 'x', evidence: [] }];
  expect(judgeCluster(more, () => found)).toBe(found);
  expect(judgeCluster(clusterScene(), () => [])).toEqual([]);
});
