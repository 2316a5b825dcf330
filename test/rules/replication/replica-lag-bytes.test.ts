import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/replica-lag-bytes.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** Bytes per second that the primary writes. */
  rate: number;
  /** Bytes that the replica has not acknowledged, before and now. */
  gap: readonly [before: number, now: number];
  backlog?: number;
  state?: string;
  acknowledged?: boolean;
}

function primary({ rate, gap, backlog = 1024 * MIB, state = 'online', acknowledged = true }: Row) {
  const sample = (offset: number, behind: number) => ({
    role: 'master',
    connected_slaves: 1,
    repl_backlog_active: 1,
    repl_backlog_size: backlog,
    master_repl_offset: offset,
    replicas: [
      { address: { host: '10.0.0.2', port: 6379 }, state, offset: acknowledged ? offset - behind : 0, ackSeconds: 0 },
    ],
  });
  const start = 10_000_000_000;
  return scene({ nodes: [{ readings: [saw(replication, sample(start + 2 * rate, gap[1]), sample(start, gap[0]))] }] });
}

const both = (gap: number) => [gap, gap] as const;

test.each<[string, Row, string]>([
  ['what two seconds of acknowledgements leave open is no lag', { rate: MIB, gap: both(2 * MIB) }, 'clear'],
  ['10 s of writes are not too many', { rate: MIB, gap: both(12 * MIB) }, 'clear'],
  ['more than 10 s of writes is a warning', { rate: MIB, gap: both(12 * MIB + 1) }, 'warning'],
  ['64 MiB are not too many', { rate: 10 * MIB, gap: both(84 * MIB) }, 'clear'],
  ['more than 64 MiB is a warning', { rate: 10 * MIB, gap: both(84 * MIB + 1) }, 'warning'],
  ['60 s of writes are a warning', { rate: MIB, gap: both(62 * MIB) }, 'warning'],
  ['more than 60 s of writes is critical', { rate: MIB, gap: both(62 * MIB + 1) }, 'critical'],
  ['half the backlog is not too much', { rate: MIB, gap: both(5 * MIB), backlog: 6 * MIB }, 'clear'],
  ['more than half the backlog is critical', { rate: MIB, gap: both(5 * MIB + 1), backlog: 6 * MIB }, 'critical'],
  ['a burst that the replica has just begun to take in', { rate: MIB, gap: [0, 90 * MIB] }, 'clear'],
  ['a gap that is nearly closed', { rate: MIB, gap: [90 * MIB, MIB] }, 'clear'],
  ['a primary that is nearly idle', { rate: 1023, gap: both(90 * MIB) }, 'clear'],
  ['a replica that receives its copy', { rate: MIB, gap: both(90 * MIB), state: 'send_bulk' }, 'clear'],
  ['a replica that loads its copy has acknowledged nothing', { rate: MIB, gap: both(0), acknowledged: false }, 'clear'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, primary(row))).toBe(want);
});

test('without a pair there is no rate', () => {
  const replicas = [{ address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset: 5, ackSeconds: 0 }];
  const readings = [saw(replication, { role: 'master', repl_backlog_active: 1, master_repl_offset: 9, replicas })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
