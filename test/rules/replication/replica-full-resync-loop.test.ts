import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import stats from '../../../src/probes/stats.ts';
import backlogRule from '../../../src/rules/replication/repl-backlog-undersized.ts';
import rule from '../../../src/rules/replication/replica-full-resync-loop.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  /** sync_full, before and now. */
  full: readonly [number, number];
  refused?: readonly [number, number];
  cut?: readonly [number, number];
  states?: readonly string[];
  uptime?: number;
  pair?: boolean;
}

function primary({ full, refused = [0, 0], cut = [0, 0], states = ['online'], uptime = 86_400, pair = true }: Row) {
  const replicas = states.map((state, at) => ({
    address: { host: '10.0.0.2', port: 7000 + at },
    state,
    offset: 9,
    ackSeconds: 0,
  }));
  const sample = (at: 0 | 1) => ({
    sync_full: full[at],
    sync_partial_err: refused[at],
    client_output_buffer_limit_disconnections: cut[at],
  });
  const link = { role: 'master', connected_slaves: states.length, replicas };
  const readings = [
    pair ? saw(stats, sample(1), sample(0)) : saw(stats, sample(1)),
    saw(replication, link, link),
    saw(server, { uptime_in_seconds: uptime }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['a replica in sync', { full: [1, 1] }, 'clear'],
  ['a replica that attaches for the first time', { full: [0, 1], states: ['send_bulk'] }, 'clear'],
  [
    'three replicas that attach together',
    { full: [0, 3], states: ['wait_bgsave', 'wait_bgsave', 'wait_bgsave'] },
    'clear',
  ],
  ['one replica that begins two copies within the pair', { full: [5, 7], states: ['wait_bgsave'] }, 'critical'],
  ['a replica that comes back too late once', { full: [1, 2], refused: [0, 1], states: ['send_bulk'] }, 'clear'],
  [
    'a replica that was cut off for its buffer and starts over',
    { full: [1, 2], refused: [0, 1], cut: [0, 1], states: ['wait_bgsave'] },
    'critical',
  ],
  [
    'three more copies than replicas in ten minutes, and one under way',
    { full: [4, 4], refused: [2, 2], states: ['send_bulk'], uptime: 600 },
    'critical',
  ],
  [
    'the same, but spread over an hour',
    { full: [4, 4], refused: [2, 2], states: ['send_bulk'], uptime: 3600 },
    'clear',
  ],
  ['the same, but over now', { full: [4, 4], refused: [2, 2], states: ['online'], uptime: 600 }, 'clear'],
  [
    'the same by replicas that were never in sync, such as new ones',
    { full: [4, 4], refused: [0, 0], states: ['send_bulk'], uptime: 600 },
    'clear',
  ],
  ['many copies long ago are history', { full: [500, 500], refused: [499, 499], uptime: 86_400 * 90 }, 'clear'],
  ['no pair while replicas are there', { full: [4, 4], pair: false }, 'unassessed'],
  ['no pair and never a replica', { full: [0, 0], states: [], pair: false }, 'clear'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, primary(row))).toBe(want);
});

test.each([
  ['a copy that failed and began again, for the third time', 3, 1, 'critical'],
  ['the second copy of a replica that was restarted during its first', 2, 1, 'clear'],
  ['a copy that goes on', 3, 0, 'clear'],
])('%s', (_sentence, full, grown, want) => {
  const node = { full: [full - grown, full], states: ['wait_bgsave'], refused: [0, 0] } as const;
  expect(said(rule, primary(node))).toBe(want);
});

test.each([
  ['as old as its primary is critical: all those copies were its own', 300, 'critical'],
  ['newer than they are is one of several that came and went', 20, 'clear'],
])('many first copies, and a replica %s', (_sentence, age, want) => {
  const [node] = primary({ full: [5, 5], states: ['send_bulk'], uptime: 300 }).nodes;
  const replica = {
    name: '127.0.0.1:7000',
    role: 'replica',
    identity: { primary: { host: '127.0.0.1', port: 6379 } },
    readings: [saw(server, { uptime_in_seconds: age })],
  } as const;
  const snapshot = scene({ nodes: [{ readings: [] }, replica] });
  const nodes = node ? [node, ...snapshot.nodes.slice(1)] : [];
  expect(said(rule, { ...snapshot, nodes }).split(' ')[0]).toBe(want);
});

test('a short backlog is part of the loop, not its headline', () => {
  expect(rule.explains).toContain('repl-backlog-undersized');
  expect(backlogRule.explains).toEqual([]);
});

test.each([
  ['one for the replica, and one more', [1, 3], [0, 1], 'critical'],
  ['one more, but none was refused', [1, 3], [0, 0], 'clear'],
  ['one for the replica', [1, 2], [0, 1], 'clear'],
])('full syncs that were watched in the last ten minutes: %s', (_sentence, fulls, refused, want) => {
  const name = '127.0.0.1:6379';
  const point = (minutes: number, at: number): Point => ({
    at: 1_800_000_000_000 - minutes * 60_000,
    runId: `run-of-${name}`,
    role: 'primary',
    values: { sync_full: fulls[at] ?? 0, sync_partial_err: refused[at] ?? 0 },
  });
  const calm = primary({ full: [9, 9], refused: [3, 3] });
  const series = new Map([[name, [point(30, 0), point(9, 0), point(1, 1)]]]);
  expect(said(rule, { ...calm, series })).toBe(want);
});
