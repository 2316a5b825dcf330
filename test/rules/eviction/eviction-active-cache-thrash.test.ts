import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import server from '../../../src/probes/server.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/eviction-active-cache-thrash.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NAME = '127.0.0.1:6379';

/** Yesterday at this hour, when so many of 1000 lookups hit. */
function yesterday(hits: number): Point[] {
  const { takenAt } = scene({ nodes: [] });
  return Array.from({ length: 30 }, (_none, at) => ({
    at: takenAt - 24 * 3_600_000 + at * 60_000,
    runId: 'r',
    role: 'primary',
    values: { keyspace_hits: at * hits, keyspace_misses: at * (1000 - hits) },
  }));
}

interface Row {
  evicted?: number;
  hits?: number;
  misses?: number;
  uptime?: number;
  pair?: false;
  usualHits?: number;
}

function rowScene({ evicted = 10, hits = 700, misses = 300, uptime = 3600, pair, usualHits }: Row) {
  const now = { evicted_keys: 5 + evicted, keyspace_hits: 5 + hits, keyspace_misses: 5 + misses };
  const before = { evicted_keys: 5, keyspace_hits: 5, keyspace_misses: 5 };
  const readings = [
    pair === false ? saw(stats, now) : saw(stats, now, before),
    saw(server, { uptime_in_seconds: uptime }),
    saw(keyspace, { keys: 15 }),
  ];
  return scene({ nodes: [{ readings }], series: usualHits === undefined ? {} : { [NAME]: yesterday(usualHits) } });
}

test.each<[string, Row, string]>([
  ['evicting while lookups miss', {}, 'warning'],
  ['nothing evicted', { evicted: 0 }, 'clear'],
  ['80 % hit', { hits: 800, misses: 200 }, 'clear'],
  ['just below 80 % hit', { hits: 799, misses: 201 }, 'warning'],
  ['fewer than 1000 lookups', { hits: 0, misses: 999 }, 'clear'],
  ['just started', { uptime: 3599 }, 'clear'],
  ['just started, but its content was replaced once', { uptime: 3599, evicted: 11 }, 'warning'],
  ['ten points less than usual', { hits: 900, misses: 100, usualHits: 1000 }, 'clear'],
  ['more than ten points less than usual', { hits: 899, misses: 101, usualHits: 1000 }, 'warning'],
  ['few hits, as usual', { hits: 500, misses: 500, usualHits: 500 }, 'warning'],
  ['no pair', { pair: false }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
