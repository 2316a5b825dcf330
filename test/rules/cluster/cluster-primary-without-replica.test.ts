import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/cluster/cluster-primary-without-replica.ts';
import { clusterScene, type Member, type Members } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

function primary(connected_slaves: number, uptime = 1000): Member {
  return {
    readings: [saw(replication, { role: 'master', connected_slaves }), saw(server, { uptime_in_seconds: uptime })],
  };
}

const WELL = { a: primary(1), b: primary(1), c: primary(1) };

test.each<[string, Members, string]>([
  ['each has one', WELL, 'clear'],
  ['one has none', { ...WELL, b: primary(0) }, 'high'],
  ['two have none', { ...WELL, a: primary(0), b: primary(0) }, 'high high'],
  ['none has any: one fault, not three', { a: primary(0), b: primary(0), c: primary(0) }, 'high'],
  ['one that has just started', { ...WELL, b: primary(0, 2) }, 'clear'],
  ['one that had the time to get it back', { ...WELL, b: primary(0, 3) }, 'high'],
  ['one without slots', { ...WELL, b: { ...primary(0), slots: '' } }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('where none is expected none is missed', () => {
  const target = { objectives: { expectReplicas: 0 } };
  expect(said(rule, clusterScene({ ...WELL, b: primary(0) }, { target }))).toBe('clear');
});

test('the replica that it had is named', () => {
  expect(rule.assess('x', clusterScene({ ...WELL, b: primary(0), e: { dead: true } }))).toMatchObject([
    {
      node: '10.0.0.2:6379',
      headline: 'No replica follows the primary 10.0.0.2:6379 (slots 5461-10922)',
      evidence: [{ field: 'connected_slaves' }, { value: '10.0.0.5:6379 is not connected' }],
    },
  ]);
});
