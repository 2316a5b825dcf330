import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/replica-sync-stalled.ts';
import { server } from '../../support/links.ts';
import { type ReadSketch, said, saw, scene, type UnreadSketch } from '../../support/scene.ts';

const [PRIMARY, REPLICA] = ['a:6379', 'b:6379'];

interface Row {
  silent?: number | undefined;
  /** Bytes that have arrived, before and now. */
  got?: readonly [before: number, now: number];
  syncing?: number;
  loading?: boolean;
  asyncLoading?: number;
  state?: string;
  primary?: UnreadSketch;
}

function answer(row: Row): string {
  const { got = [5000, 5000], syncing = 1, loading = false, asyncLoading = 0, state = 'send_bulk' } = row;
  const sample = (bytes: number) => ({
    role: 'slave',
    master_sync_in_progress: syncing,
    master_sync_read_bytes: bytes,
    master_sync_last_io_seconds_ago: 'silent' in row ? row.silent : 11,
    replicas: [],
  });
  const replicas = [{ address: { host: 'b', port: 6379 }, state, offset: 0, ackSeconds: 0 }];
  const readings = [
    saw(replication, sample(got[1]), sample(got[0])),
    saw(persistence, { async_loading: asyncLoading }),
  ];
  const follower: ReadSketch = server(REPLICA, PRIMARY, readings);
  const nodes = [
    { ...follower, identity: { ...follower.identity, loading } },
    row.primary ?? server(PRIMARY, undefined, [saw(replication, { role: 'master', replicas }), saw(persistence, {})]),
  ];
  return said(rule, scene({ nodes })).split(' ')[0] ?? '';
}

test.each<[string, Row, string]>([
  ['nothing for 11 s', {}, 'high'],
  ['nothing for 10 s', { silent: 10 }, 'clear'],
  ['an unknown time', { silent: undefined }, 'unassessed'],
  ['bytes that arrive', { got: [5000, 5001] }, 'clear'],
  ['an attempt that has just begun anew', { got: [5000, 0] }, 'clear'],
  ['no sync at all', { syncing: 0 }, 'clear'],
  ['a replica that loads what it got', { loading: true }, 'clear'],
  ['a replica that loads it beside its old data', { asyncLoading: 1 }, 'clear'],
  ['a primary that still writes the snapshot', { got: [0, 0], state: 'wait_bgsave' }, 'clear'],
  ['a primary that has sent nothing and prepares nothing', { got: [0, 0] }, 'high'],
  ['a stream that stopped while the child runs', { state: 'wait_bgsave' }, 'high'],
  ['a primary that hangs', { got: [0, 0], primary: { name: PRIMARY, cause: 'hung' } }, 'high'],
])('a full copy with %s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
