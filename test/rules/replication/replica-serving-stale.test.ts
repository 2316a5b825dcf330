import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/replication/replica-serving-stale.ts';
import { server } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DOWN = {
  role: 'slave',
  master_link_status: 'down',
  master_sync_in_progress: 0,
  master_link_down_since_seconds: 60,
};

test.each([
  ['reads while the link is down', DOWN, 'yes', 5, 0, 'warning'],
  [
    'reads from a replica that was never in sync',
    { ...DOWN, master_link_down_since_seconds: -1 },
    'yes',
    5,
    0,
    'warning',
  ],
  ['nobody reads', DOWN, 'yes', 0, 0, 'clear'],
  ['reads that are refused with MASTERDOWN', DOWN, 'no', 0, 3, 'warning'],
  ['refusing, but nobody asks', DOWN, 'no', 0, 0, 'clear'],
  ['a break of 10 s', { ...DOWN, master_link_down_since_seconds: 10 }, 'yes', 5, 0, 'clear'],
  ['a full copy under way', { ...DOWN, master_sync_in_progress: 1 }, 'yes', 5, 0, 'clear'],
  ['a link that is up', { ...DOWN, master_link_status: 'up' }, 'yes', 5, 0, 'clear'],
])('%s', (_sentence, link, serve, reads, refused, want) => {
  const readings = [
    saw(replication, link),
    saw(replicationConfig, { replica_serve_stale_data: serve }),
    saw(stats, { keyspace_hits: 7 + reads, keyspace_misses: 7 }, { keyspace_hits: 7, keyspace_misses: 7 }),
    saw(errorStats, { counts: new Map([['MASTERDOWN', 2 + refused]]) }, { counts: new Map([['MASTERDOWN', 2]]) }),
  ];
  expect(said(rule, scene({ nodes: [{ role: 'replica', readings }] }))).toBe(want);
});

test.each([
  ['down for long', DOWN, 'warning'],
  ['up', { ...DOWN, master_link_status: 'up' }, 'clear'],
])(
  'reads from a replica below one whose link is %s are as old, whatever its own link says',
  (_sentence, above, want) => {
    const reads = { keyspace_hits: 7, keyspace_misses: 7 };
    const told = [
      saw(stats, { ...reads, keyspace_hits: 9 }, reads),
      saw(errorStats, { counts: new Map() }, { counts: new Map() }),
    ];
    const below = server('b:1', 'a:1', [saw(replication, { ...DOWN, master_link_status: 'up' }), ...told]);
    const middle = server('a:1', 'p:1', [saw(replication, above), saw(replicationConfig, {}), ...idle]);
    expect(said(rule, scene({ nodes: [below, middle] })).split(' ')[0]).toBe(want);
  },
);

const idle = [
  saw(stats, { keyspace_hits: 7, keyspace_misses: 7 }, { keyspace_hits: 7, keyspace_misses: 7 }),
  saw(errorStats, { counts: new Map() }, { counts: new Map() }),
];
