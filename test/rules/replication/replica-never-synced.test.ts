import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/replication/replica-never-synced.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

const NEVER = {
  role: 'slave',
  master_link_status: 'down',
  master_sync_in_progress: 0,
  master_sync_read_bytes: 0,
  master_link_down_since_seconds: -1,
  replicas: [],
};

function replica(now: object = {}, before: object = {}, uptime = 60): ReadSketch {
  return {
    name: '10.0.0.2:6379',
    role: 'replica',
    identity: { primary: { host: '10.0.0.1', port: 6379 } },
    readings: [
      saw(replication, { ...NEVER, ...now }, { ...NEVER, ...before }),
      saw(server, { uptime_in_seconds: uptime }),
    ],
  };
}

test.each([
  ['never in sync at both moments is high', replica(), 'high'],
  ['3 s after its start it is judged', replica({}, {}, 3), 'high'],
  ['2 s after its start it is too early', replica({}, {}, 2), 'clear'],
  ['a link that came up between the samples', replica({ master_link_status: 'up' }), 'clear'],
  ['a link that is down but was up once', replica({ master_link_down_since_seconds: 3 }), 'clear'],
  ['a first copy under way', replica({ master_sync_in_progress: 1 }), 'clear'],
  ['a first copy that came to nothing between the samples', replica({}, { master_sync_in_progress: 1 }), 'high'],
])('%s', (_sentence, node, want) => {
  expect(said(rule, scene({ nodes: [node] }))).toBe(want);
});

test.each([
  ['cannot be reached', { cause: 'unreachable' as const }],
  ['refuses logins', { readings: [saw(errorStats, { counts: new Map([['NOAUTH', 2]]) }, { counts: new Map() })] }],
])('it is never too early when the primary %s', (_sentence, primary) => {
  const nodes = [replica({}, {}, 0), { name: '10.0.0.1:6379', ...primary }];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe('high');
});

test.each([
  ['without a byte is one of many attempts', 0, 'high'],
  ['with bytes is real, whoever else is refused', 1, 'clear'],
])('a copy under way while the primary refuses logins: %s', (_sentence, master_sync_read_bytes, want) => {
  const refusing = [saw(errorStats, { counts: new Map([['NOAUTH', 900]]) }, { counts: new Map([['NOAUTH', 1]]) })];
  const nodes = [
    replica({ master_sync_in_progress: 1, master_sync_read_bytes }),
    { name: '10.0.0.1:6379', readings: refusing },
  ];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe(want);
});

test('without a pair the uptime decides', () => {
  const node = replica();
  const readings = [saw(replication, NEVER), saw(server, { uptime_in_seconds: 60 })];
  expect(said(rule, scene({ nodes: [{ ...node, readings }] }))).toBe('high');
});

test('a replica that loads its own data has not tried yet', () => {
  const node = replica();
  expect(said(rule, scene({ nodes: [{ ...node, identity: { ...node.identity, loading: true } }] }))).toBe('clear');
});

test.each([
  ['lists no replica', [], 'high'],
  ['lists the replica, whose copy is about to begin', [['10.0.0.2', 'wait_bgsave']], 'clear'],
  ['lists the replica behind another address', [['172.17.0.1', 'wait_bgsave']], 'clear'],
  ['lists another one that is in sync', [['10.0.0.3', 'online']], 'high'],
] as const)('a primary that %s', (_sentence, rows, want) => {
  const replicas = rows.map(([host, state]) => ({ address: { host, port: 6379 }, state, offset: 0, ackSeconds: 0 }));
  const primary = { name: '10.0.0.1:6379', readings: [saw(replication, { role: 'master', replicas })] };
  expect(said(rule, scene({ nodes: [replica(), primary] })).split(' ')[0]).toBe(want);
});

test.each([
  ['without a byte it has no password for it', 0, 'high'],
  ['with bytes it is in', 1, 'clear'],
])('a copy under way from a primary that asks us for a login: %s', (_sentence, master_sync_read_bytes, want) => {
  const copying = { master_sync_in_progress: 1, master_sync_read_bytes };
  const nodes = [replica(copying, copying), { name: '10.0.0.1:6379', cause: 'auth-required' as const }];
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('a replica of one that has no primary itself is not the place to mend', () => {
  const cut = { role: 'slave', master_link_status: 'down', replicas: [] };
  const nodes = [replica(), { name: '10.0.0.1:6379', role: 'replica' as const, readings: [saw(replication, cut)] }];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe('info');
});

test.each([
  ['is at its own first copy', { master_sync_in_progress: 1, master_sync_read_bytes: 7 }, false, 'clear'],
  ['loads its data', {}, true, 'clear'],
  ['has no primary itself', {}, false, 'info'],
])('a replica below one that %s', (_sentence, copy, loading, want) => {
  const above: ReadSketch = {
    name: '10.0.0.1:6379',
    role: 'replica',
    identity: { primary: { host: '10.0.0.9', port: 6379 }, loading },
    readings: [saw(replication, { ...NEVER, ...copy })],
  };
  expect(said(rule, scene({ nodes: [replica(), above] })).split(' ')[0]).toBe(want);
});
