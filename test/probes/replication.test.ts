import { expect, test } from 'vitest';
import replication, { isCopying, isSettling } from '../../src/probes/replication.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';
import { saw, scene } from '../support/scene.ts';

test.for(VERSIONS)('%s, a primary, lists its replica with its offset', (version) => {
  const reading = fromInfo(replication, version);
  expect(reading).toMatchObject({ role: 'master', connected_slaves: 1, repl_backlog_active: 1 });
  expect(reading.replicas).toHaveLength(1);
  expect(reading.replicas[0]).toMatchObject({ state: 'online', address: { host: '127.0.0.1' } });
  expect(reading.replicas[0]?.offset).toBeGreaterThan(500_000);
  expect(reading.master_link_status).toBeUndefined();
});

test.for(VERSIONS)('%s, a replica, tells how its link is', (version) => {
  expect(fromInfo(replication, version, 'replica')).toMatchObject({
    role: 'slave',
    master_link_status: 'up',
    slave_priority: 100,
    replica_announced: 1,
    master_failover_state: 'no-failover',
  });
  const down = fromInfo(replication, version, 'replica-link-down');
  expect(down.master_link_status).toBe('down');
  expect(down.master_link_down_since_seconds).toBeGreaterThan(0);
  expect(down.replicas).toEqual([]);
});

test.each([
  ['wait_bgsave', true],
  ['send_bulk', true],
  ['send_bulk_and_stream', true],
  ['bg_transfer', true],
  ['online', false],
  ['rdb_transmitted', false],
])('a replica in state %s takes a full copy: %s', (state, want) => {
  expect(isCopying({ address: { host: '10.0.0.2', port: 6379 }, state, offset: 0, ackSeconds: 0 })).toBe(want);
});

test.each([
  ['nothing was seen of it before', [], 'master', false],
  ['it was a primary then, too', [['primary', 59]], 'master', false],
  ['it was a replica a minute ago', [['replica', 60]], 'master', true],
  ['it was a replica before that', [['replica', 61]], 'master', false],
  ['it was a replica at the first sample', [], 'slave', true],
] as const)('a primary settles in when %s', (_sentence, seen, before, want) => {
  const name = '127.0.0.1:6379';
  const series = seen.map(([role, ago]) => ({ at: 1_800_000_000_000 - ago * 1000, runId: 'r', role, values: {} }));
  const readings = [saw(replication, { role: 'master' }, { role: before })];
  expect(isSettling(scene({ nodes: [{ name, readings }], series: { [name]: series } }))).toBe(want);
});
