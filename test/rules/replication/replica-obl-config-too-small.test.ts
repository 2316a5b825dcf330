import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import rule from '../../../src/rules/replication/replica-obl-config-too-small.ts';
import { server } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;
const [PRIMARY, REPLICA] = ['a:6379', 'b:6379'];

interface Row {
  /** MiB written per second; undefined for a single look. */
  rate?: number;
  /** Seconds that the last snapshot took; the copy of 1 GiB takes another 15.36 s to send and load. */
  save?: number;
  /** Hard limit, soft limit in MiB and its seconds. */
  limit?: readonly [hard: number, soft: number, seconds: number];
  backlog?: number;
  replicas?: number;
  channel?: string;
  history?: readonly Point[];
}

function group(row: Row) {
  const { rate, save = 24.64, limit = [256, 64, 60], backlog = 1, replicas = 1, channel = 'no', history } = row;
  const sample = (offset: number) => ({
    role: 'master',
    connected_slaves: replicas,
    repl_backlog_active: 1,
    repl_backlog_size: backlog * MIB,
    master_repl_offset: offset,
  });
  const [hard, soft, seconds] = limit;
  const config = {
    client_output_buffer_limit: `normal 0 0 0 slave ${hard * MIB} ${soft * MIB} ${seconds} pubsub 0 0 0`,
    repl_rdb_channel: channel,
  };
  const start = 1e12;
  const link =
    rate === undefined
      ? saw(replication, sample(start))
      : saw(replication, sample(start + 2 * rate * MIB), sample(start));
  const readings = [
    link,
    saw(replicationConfig, config),
    saw(memory, { used_memory: 1024 * MIB }),
    saw(persistence, { rdb_last_bgsave_time_sec: save }),
  ];
  const follower = server(REPLICA, PRIMARY, [
    saw(replication, { role: 'slave', connected_slaves: 0 }),
    saw(replicationConfig, config),
    saw(memory, {}),
    saw(persistence, {}),
  ]);
  const series = history ? { [PRIMARY]: history } : {};
  return scene({ nodes: [server(PRIMARY, undefined, readings), follower], series });
}

/** 4 MiB a second for a quarter of an hour. */
const BUSY = Array.from({ length: 15 }, (_none, minute) => ({
  at: minute * 60_000,
  runId: 'r',
  role: 'primary' as const,
  values: { master_repl_offset: minute * 60 * 5 * MIB },
}));

test.each<[string, Row, string]>([
  ['what a sync of 40 s writes, and half of it again, fits', { rate: 256 / 60 }, 'clear'],
  ['it does not fit', { rate: 256 / 60 + 0.01 }, 'warning'],
  ['a backlog that is larger than the limit counts from 7.0 on', { rate: 6, backlog: 512 }, 'clear'],
  ['no limit', { rate: 100, limit: [0, 0, 0] }, 'clear'],
  ['above the soft limit for less than its time', { rate: 2, limit: [1024, 64, 60] }, 'clear'],
  ['above the soft limit for its whole time', { rate: 2, save: 77, limit: [1024, 64, 60] }, 'warning'],
  ['a rate at which the soft limit is never reached', { rate: 0.5, save: 77, limit: [1024, 64, 60] }, 'clear'],
  ['no writes', { rate: 0 }, 'clear'],
  ['no replica, and none expected', { rate: 100, replicas: 0 }, 'clear'],
  [
    'with a channel of its own for the copy the replica holds as much again',
    { rate: 512 / 60, channel: 'yes' },
    'clear',
  ],
  ['and no more than that', { rate: 512 / 60 + 0.01, channel: 'yes' }, 'warning'],
  ['a single look has no rate', {}, 'unassessed'],
  ['the busiest minutes that were kept count', { rate: 0, history: BUSY }, 'warning'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, group(row)).split(' ')[0]).toBe(want);
});
