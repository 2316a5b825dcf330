import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import type { Target } from '../../../src/domain/target.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/memory-forecast-oom.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NODE = '127.0.0.1:6379';
const NOW = 1_800_000_000_000;
const MB = 1024 * 1024;
const LIMIT = 1000 * MB;

interface Sketch {
  /** Minutes of history, one sample a minute. */
  minutes: number;
  /** used_memory in MB so many minutes ago. */
  used: (ago: number) => number;
  maxmemory?: number;
  policy?: string;
  target?: Partial<Target>;
  role?: 'primary' | 'replica';
  keys?: number;
  ram?: number;
  /** MB of the table that is being filled now. */
  rehashing?: number;
  point?: (ago: number) => Partial<Point>;
}

function snapshot(sketch: Sketch) {
  const { minutes, used, maxmemory = LIMIT, policy = 'noeviction', target, role = 'primary', keys = 0 } = sketch;
  const series = Array.from({ length: minutes }, (_, at): Point => {
    const ago = minutes - at;
    const values = { used_memory: used(ago) * MB, used_memory_rss: used(ago) * MB, mem_not_counted_for_evict: 0 };
    return { at: NOW - ago * 60_000, runId: `run-of-${NODE}`, role, values, ...sketch.point?.(ago) };
  });
  const now = used(0) * MB;
  const readings = [
    saw(memory, {
      used_memory: now,
      used_memory_rss: now,
      effective: now,
      maxmemory,
      maxmemory_policy: policy,
      total_system_memory: sketch.ram ?? 2 * LIMIT,
      mem_overhead_db_hashtable_rehashing: (sketch.rehashing ?? 0) * MB,
    }),
    saw(keyspace, { keys, expires: 0, databases: [{ index: 0, keys, expires: 0 }] }),
  ];
  return scene({ nodes: [{ readings, role }], series: { [NODE]: series }, ...(target && { target }) });
}

/** Grows by so many MB a minute and has come to 800 MB. */
const by = (perMinute: number) => (ago: number) => 800 - perMinute * ago;

test.each<[string, Sketch, string]>([
  ['full in 40 minutes, seen for 30', { minutes: 30, used: by(5) }, 'critical'],
  ['full in 100 minutes', { minutes: 30, used: by(2) }, 'high'],
  ['full in 8 hours, seen for an hour and a half', { minutes: 90, used: by(0.42) }, 'warning'],
  ['full in 8 hours, seen for half an hour only', { minutes: 30, used: by(0.42) }, 'clear'],
  ['full in a month', { minutes: 120, used: by(0.005) }, 'clear'],
  ['flat', { minutes: 60, used: () => 800 }, 'clear'],
  ['shrinking', { minutes: 60, used: by(-1) }, 'clear'],
  ['restless but flat', { minutes: 60, used: (ago) => 800 + 20 * (ago % 3) }, 'clear'],
  ['restless and growing', { minutes: 60, used: (ago) => 800 - 5 * ago + 20 * (ago % 3) }, 'critical'],
  ['one step, then flat', { minutes: 60, used: (ago) => (ago > 30 ? 500 : 800) }, 'clear'],
  [
    'a load that ended a quarter of the time ago',
    { minutes: 60, used: (ago) => 800 - 10 * Math.max(0, ago - 20) },
    'clear',
  ],
  ['full already', { minutes: 60, used: (ago) => 1001 - ago }, 'clear'],
  [
    'with its own threshold',
    { minutes: 30, used: by(2), target: { thresholds: { rule: { high: 600, warning: 600, critical: 600 } } } },
    'clear',
  ],
])('%s: %s', (_what, sketch, want) => {
  expect(said(rule, snapshot(sketch))).toBe(want);
});

test.each<[string, Sketch, string]>([
  ['a cache fills up, which is what it is for', { minutes: 30, used: by(5), policy: 'allkeys-lru' }, 'info'],
  ['keys that may go are not all', { minutes: 30, used: by(5), policy: 'volatile-lru' }, 'critical'],
  [
    'what must not be evicted',
    { minutes: 30, used: by(5), policy: 'allkeys-lru', target: { purpose: 'queue' } },
    'critical',
  ],
  [
    'without maxmemory the host is the limit',
    { minutes: 60, used: (ago) => 1600 - 5 * ago, maxmemory: 0, target: { memoryLimitBytes: 1900 * MB } },
    'critical',
  ],
  [
    'a replica outgrows its maxmemory, so that the host is its limit',
    { minutes: 60, used: by(5), role: 'replica' },
    'high',
  ],
  ['neither limit is known', { minutes: 60, used: by(5), maxmemory: 0, ram: 0 }, 'unassessed'],
  ['the table of the keys is about to be doubled', { minutes: 60, used: by(2), keys: 8_300_000 }, 'critical'],
])('%s: %s', (_what, sketch, want) => {
  expect(said(rule, snapshot(sketch))).toBe(want);
});

test.each<[string, Sketch]>([
  ['no history', { minutes: 0, used: by(5) }],
  ['eight minutes', { minutes: 8, used: by(5) }],
  ['another process before', { minutes: 60, used: by(5), point: (ago) => (ago > 5 ? { runId: 'before' } : {}) }],
  [
    'memory was being given back',
    { minutes: 60, used: by(5), point: () => ({ values: { used_memory: 1, lazyfree_pending_objects: 9 } }) },
  ],
])('%s is too little to see a trend', (_what, sketch) => {
  expect(said(rule, snapshot(sketch))).toBe('unassessed');
});

test('a table that is being doubled is no growth', () => {
  const step = (ago: number) => (ago < 20 ? (20 - ago) * 5 : 0);
  const rehashing = snapshot({
    minutes: 60,
    used: (ago) => 700 + step(ago),
    rehashing: step(0),
    point: (ago) => ({
      values: { used_memory: (700 + step(ago)) * MB, mem_overhead_db_hashtable_rehashing: step(ago) * MB },
    }),
  });
  expect(said(rule, rehashing)).toBe('clear');
});

test('it says how fast, how sure, and draws it', () => {
  const [answer] = rule.assess('memory-forecast-oom', snapshot({ minutes: 30, used: by(5) }));
  expect(answer).toMatchObject({
    headline: 'Memory reaches maxmemory in about 40 min: it grows by 5 MiB a minute',
    evidence: [
      { field: 'used_memory', expected: `steady, below ${LIMIT} (maxmemory)` },
      { field: 'used_memory in 30 min', value: '▁▁▂▂▂▃▃▃▃▄▄▄▅▅▅▆▆▆▆▇▇▇██ 650 MiB to 800 MiB', expected: 'flat' },
      { field: 'time left', value: '40 min to 40 min, good confidence from 31 samples', expected: '> 24 h' },
    ],
  });
});
