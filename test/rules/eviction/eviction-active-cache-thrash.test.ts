import { expect, test } from 'vitest';
import server from '../../../src/probes/server.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/eviction-active-cache-thrash.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  evicted?: number;
  hits?: number;
  misses?: number;
  uptime?: number;
  pair?: false;
}

function rowScene({ evicted = 10, hits = 700, misses = 300, uptime = 3600, pair }: Row) {
  const now = { evicted_keys: 5 + evicted, keyspace_hits: 5 + hits, keyspace_misses: 5 + misses };
  const before = { evicted_keys: 5, keyspace_hits: 5, keyspace_misses: 5 };
  const readings = [
    pair === false ? saw(stats, now) : saw(stats, now, before),
    saw(server, { uptime_in_seconds: uptime }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['evicting while lookups miss', {}, 'warning'],
  ['nothing evicted', { evicted: 0 }, 'clear'],
  ['80 % hit', { hits: 800, misses: 200 }, 'clear'],
  ['just below 80 % hit', { hits: 799, misses: 201 }, 'warning'],
  ['fewer than 1000 lookups', { hits: 0, misses: 999 }, 'clear'],
  ['just started', { uptime: 3599 }, 'clear'],
  ['no pair', { pair: false }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
