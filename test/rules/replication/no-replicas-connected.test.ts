import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/replication/no-replicas-connected.ts';
import { sceneOf } from '../../support/cluster-scene.ts';
import { server as link } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['none of two expected', 'master', 0, 2, 60, 'high'],
  ['one of two expected', 'master', 1, 2, 60, 'high'],
  ['both', 'master', 2, 2, 60, 'clear'],
  ['none, and none expected', 'master', 0, undefined, 60, 'clear'],
  ['a primary that has just started', 'master', 0, 2, 4, 'clear'],
  ['a primary that had the time to get them back', 'master', 0, 2, 5, 'high'],
  ['a replica needs none of its own', 'slave', 0, 2, 60, 'clear'],
])('%s', (_sentence, role, connected_slaves, expectReplicas, uptime, want) => {
  const readings = [saw(replication, { role, connected_slaves }), saw(server, { uptime_in_seconds: uptime })];
  const objectives = expectReplicas === undefined ? {} : { expectReplicas };
  expect(said(rule, scene({ target: { objectives }, nodes: [{ readings }] }))).toBe(want);
});

test('replicas of replicas count: the group has them', () => {
  const reading = (role: string, connected_slaves: number) => [
    saw(replication, { role, connected_slaves }),
    saw(server, { uptime_in_seconds: 60 }),
  ];
  const chain = (below: number) =>
    scene({
      target: { objectives: { expectReplicas: 2 } },
      nodes: [link('a:1', undefined, reading('master', 1)), link('b:1', 'a:1', reading('slave', below))],
    });
  expect(said(rule, chain(1))).toBe('clear clear');
  expect(said(rule, chain(0))).toBe('high clear');
});

test('in a cluster each primary with slots needs its own', () => {
  const bare = {
    readings: [saw(replication, { role: 'master', connected_slaves: 0 }), saw(server, { uptime_in_seconds: 60 })],
  };
  const target = { objectives: { expectReplicas: 1 } };
  const members = { a: { slots: '0-16383', ...bare }, b: bare };
  expect(said(rule, sceneOf(members, { target }))).toBe('high clear');
});
