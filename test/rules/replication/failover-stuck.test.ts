import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/failover-stuck.ts';
import { said, saw, scene } from '../../support/scene.ts';

const WAITING = 'waiting-for-sync';
const SWITCHING = 'failover-in-progress';

/** What the primary says of itself and how far its replica is, of 1000 bytes. */
function sample(master_failover_state: string | undefined, offset: number) {
  const replicas = [{ address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset, ackSeconds: 3 }];
  return { role: 'master', master_repl_offset: 1000, master_failover_state, replicas };
}

type Moment = Parameters<typeof sample>;

test.each<[string, Moment, Moment, number, string]>([
  ['none', ['no-failover', 1000], ['no-failover', 1000], 2, 'clear'],
  ['a version without FAILOVER', [undefined, 1000], [undefined, 1000], 2, 'clear'],
  ['one that has just begun', ['no-failover', 900], [WAITING, 900], 2, 'info'],
  ['one that has just ended', [WAITING, 900], ['no-failover', 1000], 2, 'clear'],
  ['a replica that catches up', [WAITING, 800], [WAITING, 900], 2, 'info'],
  ['a replica that does not', [WAITING, 900], [WAITING, 900], 2, 'high'],
  ['a replica that has all, but another one was chosen', [WAITING, 1000], [WAITING, 1000], 2, 'high'],
  ['a switch that does not end', [SWITCHING, 1000], [SWITCHING, 1000], 2, 'high'],
  ['two looks in a moment', [WAITING, 900], [WAITING, 900], 0.5, 'info'],
])('a failover: %s', (_sentence, before, now, seconds, want) => {
  const readings = [saw(replication, sample(...now), sample(...before))];
  expect(said(rule, scene({ nodes: [{ readings, seconds }] }))).toBe(want);
});

test('one look cannot tell whether it moves', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(replication, sample(WAITING, 900))] }] }))).toBe('unassessed');
});
