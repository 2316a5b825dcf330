import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/sentinel/sentinel-disagreement.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';
import { REPLICA, SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

const ELSEWHERE = { address: REPLICA, toldToClients: REPLICA };
const switched = (seconds: number) => ({ master: { ...ELSEWHERE, configEpoch: 1, roleReportedMs: seconds * 1000 } });
const epoch = (seconds: number) => ({ master: { configEpoch: 1, roleReportedMs: seconds * 1000 } });
const running = { flags: ['master', 'failover_in_progress'] };

test.each([
  ['they agree', three(), 'clear'],
  ['one has just heard of the failover', three(switched(3)), 'info'],
  ['the others should have heard of it', three(switched(15)), 'warning'],
  ['they have not heard of it for long', three(switched(45)), 'critical'],
  ['a failover is still running', three({ master: { ...switched(45).master, ...running } }), 'info'],
  ['another config-epoch for long', three(epoch(60)), 'critical'],
  ['another config-epoch for a moment', three(epoch(3)), 'info'],
  ['a single Sentinel agrees with itself', [sentinel({ n: 1, of: 1 })], 'clear'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

function primaries(one: string, other: string, otherReplid2 = '0'.repeat(40)): ReadSketch[] {
  return [
    { name: '10.0.0.1:6379', readings: [saw(replication, { master_replid: one, master_replid2: '0'.repeat(40) })] },
    { name: '10.0.0.2:6379', readings: [saw(replication, { master_replid: other, master_replid2: otherReplid2 })] },
  ];
}

test.each([
  ['two primaries without a common past: one address is wrong', primaries('aaa', 'bbb'), 'critical'],
  ['the promoted one has the past of the other', primaries('aaa', 'bbb', 'aaa'), 'info'],
])('%s: %s', (_what, nodes, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes, sentinels: three(switched(3)) }))).toBe(want);
});

const DEMOTED: ReadSketch[] = [
  { name: '10.0.0.1:6379', role: 'replica', readings: [], identity: { primary: REPLICA } },
  { name: '10.0.0.2:6379', readings: [] },
];
const reported = (seconds: number) => ({ master: { roleReported: 'slave', roleReportedMs: seconds * 1000 } });

test.each([
  ['the primary says itself that it is a replica', three(), 'warning'],
  ['the Sentinels have known that for long', three(reported(40), reported(40), reported(40)), 'critical'],
  ['they have known it for a moment', three(reported(3), reported(3), reported(3)), 'warning'],
  ['one of them has just turned to another primary', three(switched(3), reported(3), reported(3)), 'info'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: DEMOTED, sentinels }))).toBe(want);
});

test('what the Sentinels remember is no matter where the primary says that it is one', () => {
  const sentinels = three(reported(40), reported(40), reported(40));
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe('clear');
});

test('the headline names where clients are sent', () => {
  const snapshot = scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: three(switched(60)) });
  expect(rule.assess('x', snapshot)).toMatchObject([
    {
      node: 'prod',
      headline: 'The Sentinels send clients to different primaries: 10.0.0.2:6379 and 10.0.0.1:6379',
      evidence: [{ value: '10.0.0.2:6379' }, { value: '10.0.0.1:6379' }, { value: '10.0.0.1:6379' }],
    },
  ]);
});
