import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/role-changed-recently.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NODE = '127.0.0.1:6379';
const NOW = 1_800_000_000_000;
const RUN = `run-of-${NODE}`;

function point(minutesAgo: number, different: Partial<Point> = {}): Point {
  return { at: NOW - minutesAgo * 60_000, runId: RUN, role: 'primary', replId: 'aaaaaaaaaa', values: {}, ...different };
}

function snapshot(history: readonly Point[], before?: { role: string; master_replid: string }) {
  const now = { role: 'master', connected_slaves: 0, master_replid: 'aaaaaaaaaa' };
  const reading = before ? saw(replication, now, before) : saw(replication, now);
  return scene({ nodes: [{ readings: [reading] }], series: { [NODE]: history } });
}

test.each<[string, readonly Point[], string]>([
  ['the same all the time', [point(3), point(2), point(1)], 'clear'],
  ['a replica three minutes ago', [point(3, { role: 'replica' }), point(2)], 'info'],
  ['a replica an hour ago', [point(60, { role: 'replica' }), point(2)], 'clear'],
  ['another history of its data', [point(3, { replId: 'bbbbbbbbbb' }), point(2)], 'info'],
  [
    'a restart, which gives new data an id of its own',
    [point(3, { replId: 'bbbbbbbbbb', runId: 'before' }), point(2)],
    'clear',
  ],
  ['a version that does not tell', [{ ...point(3), replId: undefined } as unknown as Point], 'clear'],
  ['nobody watched', [], 'unassessed'],
])('%s: %s', (_what, history, want) => {
  expect(said(rule, snapshot(history))).toBe(want);
});

test('a change between the two samples is seen without history', () => {
  expect(said(rule, snapshot([], { role: 'slave', master_replid: 'aaaaaaaaaa' }))).toBe('info');
  expect(said(rule, snapshot([], { role: 'master', master_replid: 'bbbbbbbbbb' }))).toBe('info');
  expect(said(rule, snapshot([], { role: 'master', master_replid: 'aaaaaaaaaa' }))).toBe('unassessed');
});

test('it says what it became and when', () => {
  const [answer] = rule.assess('role-changed-recently', snapshot([point(4, { role: 'replica' }), point(3), point(2)]));
  expect(answer).toMatchObject({
    headline: `${NODE} became a primary within the last 4 min`,
    evidence: [{ field: 'role', value: 'primary', expected: 'replica, as before' }, { field: 'master_replid' }],
  });
});
