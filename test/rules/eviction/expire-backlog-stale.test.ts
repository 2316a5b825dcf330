import { expect, test } from 'vitest';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/expire-backlog-stale.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  stale?: number;
  capped?: number;
  once?: true;
  replica?: true;
}

function rowScene({ stale, capped = 1, once, replica }: Row) {
  const now = { expired_stale_perc: stale, expired_time_cap_reached_count: 90 + capped };
  const before = { ...now, expired_time_cap_reached_count: 90 };
  return scene({
    nodes: [{ role: replica ? 'replica' : 'primary', readings: [saw(stats, now, once ? undefined : before)] }],
  });
}

test.each<[string, Row, string]>([
  ['a tenth is past its time', { stale: 10 }, 'clear'],
  ['more than a tenth', { stale: 10.01 }, 'warning'],
  ['a quarter', { stale: 25 }, 'warning'],
  ['more than a quarter', { stale: 25.01 }, 'high'],
  ['many, but the cycle has time left: it catches up', { stale: 40, capped: 0 }, 'clear'],
  ['many, seen once', { stale: 40, once: true }, 'unassessed'],
  ['few, seen once', { stale: 5, once: true }, 'clear'],
  ['a replica waits for its primary to delete', { stale: 40, replica: true }, 'clear'],
  ['a version that does not tell', {}, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
