import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import server from '../../../src/probes/server.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/eviction/low-hit-ratio.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  hits?: number;
  misses?: number;
  purpose?: Purpose | 'undeclared';
  policy?: string;
  uptime?: number;
  evicted?: number;
  replica?: true;
}

function rowScene(row: Row) {
  const { hits = 0, misses = 1000, purpose = 'cache', policy = 'allkeys-lru', uptime = 3600, replica } = row;
  const evicted_keys = row.evicted ?? 50;
  const readings = [
    saw(memory, { maxmemory_policy: policy }),
    saw(
      stats,
      { evicted_keys, keyspace_hits: hits, keyspace_misses: misses },
      { evicted_keys, keyspace_hits: 0, keyspace_misses: 0 },
    ),
    saw(keyspace, { keys: 50 }),
    saw(server, { uptime_in_seconds: uptime }),
  ];
  const target = purpose === 'undeclared' ? {} : { purpose };
  return scene({ target, nodes: [{ role: replica ? 'replica' : 'primary', readings }] });
}

test.each<[string, Row, string]>([
  ['all miss', {}, 'warning'],
  ['80 % hit', { hits: 800, misses: 200 }, 'clear'],
  ['just below 80 % hit', { hits: 799, misses: 201 }, 'warning'],
  ['fewer than 1000 lookups', { misses: 999 }, 'clear'],
  ['a store looks up what may not be there', { purpose: 'store' }, 'clear'],
  ['nobody said that it is a cache', { purpose: 'undeclared' }, 'info'],
  ['a cache that does not evict by use', { policy: 'noeviction' }, 'clear'],
  ['just started', { uptime: 3599 }, 'clear'],
  ['just started, but its content was replaced once', { uptime: 3599, evicted: 51 }, 'warning'],
  ['a replica, which others read', { replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
