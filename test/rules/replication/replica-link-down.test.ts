import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/replication/replica-link-down.ts';
import neverSynced from '../../../src/rules/replication/replica-never-synced.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

type Link = Parameters<typeof saw<ReturnType<typeof replication.read>>>[1];

function replica(link: Exclude<Link, string>, sketch: Partial<ReadSketch> = {}): ReadSketch {
  return {
    name: '10.0.0.2:6379',
    role: 'replica',
    readings: [saw(replication, { role: 'slave', replicas: [], ...link })],
    ...sketch,
    identity: { primary: { host: '10.0.0.1', port: 6379 }, ...sketch.identity },
  };
}

const DOWN = { master_link_status: 'down', master_sync_in_progress: 0 };

test.each([
  ['up', { master_link_status: 'up', master_sync_in_progress: 0 }, 'clear'],
  ['down for 1 s', { ...DOWN, master_link_down_since_seconds: 1 }, 'info'],
  ['down for 10 s', { ...DOWN, master_link_down_since_seconds: 10 }, 'info'],
  ['down for 11 s', { ...DOWN, master_link_down_since_seconds: 11 }, 'warning'],
  ['down for 60 s', { ...DOWN, master_link_down_since_seconds: 60 }, 'warning'],
  ['down for 61 s', { ...DOWN, master_link_down_since_seconds: 61 }, 'critical'],
  ['down since ever', { ...DOWN, master_link_down_since_seconds: -1 }, 'clear'],
  ['down for an unknown time', DOWN, 'unassessed'],
  ['busy with a full copy', { ...DOWN, master_sync_in_progress: 1, master_link_down_since_seconds: 900 }, 'info'],
])('a link that is %s is %s', (_sentence, link, want) => {
  expect(said(rule, scene({ nodes: [replica(link)] }))).toBe(want);
});

test.each([
  ['cannot be reached', { cause: 'unreachable' as const }, 'warning'],
  ['does not let us in', { cause: 'auth-refused' as const }, 'info'],
  [
    'refuses logins',
    { readings: [saw(errorStats, { counts: new Map([['NOAUTH', 2]]) }, { counts: new Map() })] },
    'warning',
  ],
  ['is well', { readings: [saw(errorStats, { counts: new Map() }, { counts: new Map() })] }, 'info'],
])('a link that has been down for 1 s to a primary that %s', (_sentence, primary, want) => {
  const nodes = [replica({ ...DOWN, master_link_down_since_seconds: 1 }), { name: '10.0.0.1:6379', ...primary }];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe(want);
});

test('a replica that still loads its own data has not tried yet', () => {
  const link = { ...DOWN, master_link_down_since_seconds: 90 };
  expect(said(rule, scene({ nodes: [replica(link, { identity: { loading: true } })] }))).toBe('clear');
});

test('a target can move the edge', () => {
  const nodes = [replica({ ...DOWN, master_link_down_since_seconds: 20 })];
  const target = { thresholds: { 'replica-link-down': { warnSeconds: 30 } } };
  expect(said(rule, scene({ nodes, target }), 'replica-link-down')).toBe('info');
});

test('logins that the primary refused meanwhile are evidence', () => {
  const primary = {
    name: '10.0.0.1:6379',
    readings: [saw(errorStats, { counts: new Map([['WRONGPASS', 9]]) }, { counts: new Map([['WRONGPASS', 7]]) })],
  };
  const nodes = [primary, replica({ ...DOWN, master_link_down_since_seconds: 20 })];
  expect(rule.assess('x', scene({ nodes }))[1]).toMatchObject({
    evidence: expect.arrayContaining([{ field: 'errorstat_WRONGPASS of the primary', value: '+2', expected: '+0' }]),
  });
});

test('a link that was up once is down, not never synced: master_last_io_seconds_ago is -1 in both cases', () => {
  const text = readFileSync(new URL('../../fixtures/redis-7.0.15/replica-with-link-down.txt', import.meta.url), 'utf8');
  const sample = replication.read([text], {
    engine: 'redis',
    version: '7.0.15',
    mode: 'standalone',
    runId: '',
    role: 'replica',
    loading: false,
    replicas: [],
  });
  expect(sample.master_last_io_seconds_ago).toBe(-1);
  const node = replica({}, { readings: [saw(replication, sample, sample), saw(server, { uptime_in_seconds: 999 })] });
  expect(said(rule, scene({ nodes: [node] }))).toBe('info');
  expect(said(neverSynced, scene({ nodes: [node] }))).toBe('clear');
});

const REFUSING = [
  saw(errorStats, { counts: new Map([['NOAUTH', 9000]]) }, { counts: new Map([['NOAUTH', 1]]) }),
  saw(replication, { replicas: [] }),
];
const PREPARING = saw(replication, {
  replicas: [{ address: { host: '10.0.0.2', port: 6379 }, state: 'wait_bgsave', offset: 0, ackSeconds: 0 }],
});

test.each([
  ['refuses logins: the replica tries SYNC over and over', 0, { readings: REFUSING }, 'warning'],
  ['asks us for a login too', 0, { cause: 'auth-required' as const }, 'warning'],
  ['refuses somebody, and bytes arrive', 1, { readings: REFUSING }, 'info'],
  ['refuses somebody, and prepares the copy', 0, { readings: [...REFUSING, PREPARING] }, 'info'],
  [
    'has dropped the replica and knows nothing of a copy',
    0,
    { readings: [saw(replication, { replicas: [] })] },
    'warning',
  ],
  ['cannot be reached either way', 0, { cause: 'auth-refused' as const }, 'info'],
])('a copy under way after 20 s without a link, from a primary that %s', (_sentence, got, primary, want) => {
  const copying = { master_sync_in_progress: 1, master_sync_read_bytes: got, master_link_down_since_seconds: 20 };
  const nodes = [replica({ ...DOWN, ...copying }), { name: '10.0.0.1:6379', ...primary }];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe(want);
});

test.each([
  ['up', 'critical'],
  ['down', 'info'],
])('a replica of a replica whose own link is %s', (link, want) => {
  const middle = {
    name: '10.0.0.1:6379',
    role: 'replica' as const,
    readings: [saw(replication, { role: 'slave', master_link_status: link, replicas: [] })],
  };
  const nodes = [middle, replica({ ...DOWN, master_link_down_since_seconds: 90 })];
  expect(rule.assess('x', scene({ nodes }))[1]).toMatchObject({ severity: want });
});

test('links that are made anew after a failover are no fault for a minute', () => {
  const promoted = {
    name: '10.0.0.1:6379',
    readings: [saw(replication, { role: 'master', replicas: [] }, { role: 'slave', replicas: [] })],
  };
  const after = (seconds: number) => [replica({ ...DOWN, master_link_down_since_seconds: seconds }), promoted];
  expect(said(rule, scene({ nodes: after(20) })).split(' ')[0]).toBe('info');
  expect(said(rule, scene({ nodes: after(61) })).split(' ')[0]).toBe('critical');
});
