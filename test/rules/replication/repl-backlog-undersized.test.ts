import { expect, test } from 'vitest';
import type { Objectives } from '../../../src/domain/target.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/repl-backlog-undersized.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  size?: number;
  perSecond: number;
  replicas?: number;
  active?: number;
  objectives?: Objectives;
  pair?: boolean;
}

function primary({ size = 60_000, perSecond, replicas = 1, active = 1, objectives = {}, pair = true }: Row) {
  const now = {
    role: 'master',
    connected_slaves: replicas,
    repl_backlog_active: active,
    repl_backlog_size: size,
    master_repl_offset: 2 * perSecond,
  };
  const readings = [pair ? saw(replication, now, { ...now, master_repl_offset: 0 }) : saw(replication, now)];
  return scene({ target: { objectives }, nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['60 s of history are enough without an objective', { perSecond: 1000 }, 'clear'],
  ['less than 60 s of history is a warning', { perSecond: 1001 }, 'warning'],
  [
    'the outage that the owner wants to survive decides',
    { perSecond: 1000, objectives: { outageToSurviveSeconds: 61 } },
    'warning',
  ],
  ['a shorter outage is easier', { perSecond: 5000, objectives: { outageToSurviveSeconds: 12 } }, 'clear'],
  ['an idle server is never short', { perSecond: 0 }, 'clear'],
  ['PINGs alone do not fill it', { perSecond: 2, size: 1_048_576 }, 'clear'],
  ['nobody replicates from here', { perSecond: 99_999, replicas: 0 }, 'clear'],
  ['a replica is expected but away', { perSecond: 99_999, replicas: 0, objectives: { expectReplicas: 1 } }, 'warning'],
  ['without an active backlog the offset counts no bytes', { perSecond: 99_999, active: 0 }, 'clear'],
  ['without a pair there is no rate', { perSecond: 99_999, pair: false }, 'unassessed'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, primary(row))).toBe(want);
});

test('a backlog that was inactive before gives no rate', () => {
  const now = {
    role: 'master',
    connected_slaves: 1,
    repl_backlog_active: 1,
    repl_backlog_size: 1,
    master_repl_offset: 9999,
  };
  const readings = [saw(replication, now, { ...now, repl_backlog_active: 0 })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
