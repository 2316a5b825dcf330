import { expect, test } from 'vitest';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/cluster/cluster-anti-affinity.ts';
import { clusterScene, LETTERS, type Member, type Members } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

/** Every node on one host, each on a port of its own. */
function allOn(host: string): Members {
  return Object.fromEntries(LETTERS.map((letter, at) => [letter, { at: `${host}:${7000 + at}` }]));
}

const zone = (availability_zone: string): Member => ({ readings: [saw(server, { availability_zone })] });
/** Zones of a to f, one letter each. */
const zones = (letters: string): Members =>
  Object.fromEntries(LETTERS.map((node, at) => [node, zone(letters[at] ?? '')]));

test.each<[string, Members, string]>([
  ['six hosts', {}, 'clear'],
  ['a replica beside its primary', { d: { at: '10.0.0.1:6380' } }, 'warning'],
  ['a replica beside another primary', { d: { at: '10.0.0.2:6380' } }, 'clear'],
  ['a replica beside its primary, and one elsewhere', { d: { at: '10.0.0.1:6380' }, e: { follows: 'a' } }, 'clear'],
  ['two of three primaries on one host', { b: { at: '10.0.0.1:6380' } }, 'warning'],
  ['everything on one host', allOn('192.168.1.5'), 'warning'],
  ['everything on the loopback interface: a machine for development', allOn('127.0.0.1'), 'info'],
  ['zones that are told apart', zones('xyzyzx'), 'clear'],
  ['a shard in one zone of two', zones('xyyxxx'), 'warning'],
  ['all in the only zone', zones('xxxxxx'), 'clear'],
  ['zones that nobody tells', zones(''), 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the headline says what would be lost', () => {
  expect(rule.assess('x', clusterScene({ d: { at: '10.0.0.1:6380' } }))).toMatchObject([
    {
      node: 'prod',
      headline: 'The loss of one host would take a whole shard',
      evidence: [{ field: 'shard of 10.0.0.1:6379', value: 'all 2 nodes in host 10.0.0.1' }],
    },
  ]);
  expect(rule.assess('x', clusterScene({ b: { at: '10.0.0.1:6380' } }))).toMatchObject([
    { headline: 'The loss of one host would take 2 of 3 primaries, the majority' },
  ]);
});
