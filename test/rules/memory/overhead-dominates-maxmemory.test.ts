import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import memoryStats from '../../../src/probes/memory-stats.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/memory/overhead-dominates-maxmemory.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB throughout. */
  max?: number;
  clientBuffers?: number;
  backlog?: number;
  tables?: number;
  dataset?: number;
  used?: number;
  evicted?: number;
  connected?: number;
  replica?: true;
}

function rowScene(row: Row) {
  const { max = 100, clientBuffers = 0, backlog = 0, tables = 0, dataset = 10, used = 50, evicted = 0 } = row;
  const parts = [
    { name: 'clients.normal', bytes: clientBuffers * MIB },
    { name: 'replication.backlog', bytes: backlog * MIB },
  ].toSorted((one, other) => other.bytes - one.bytes);
  const readings = [
    saw(memory, { maxmemory: max * MIB, effective: used * MIB }),
    saw(memoryStats, { keys: 1, dataset: dataset * MIB, startup: MIB, tables: tables * MIB, parts }),
    saw(stats, { evicted_keys: 7 + evicted }, { evicted_keys: 7 }),
    saw(clients, { connected_clients: row.connected ?? 1 }),
    saw(memoryConfig, { replica_ignore_maxmemory: 'yes' }),
  ];
  return scene({ nodes: [{ role: row.replica ? 'replica' : 'primary', readings }] });
}

test.each<[string, Row, string]>([
  ['just below 30 %', { clientBuffers: 29 }, 'clear'],
  ['30 % in one client', { clientBuffers: 30 }, 'warning'],
  ['just below half', { clientBuffers: 20, backlog: 29 }, 'warning'],
  ['half', { clientBuffers: 20, backlog: 30 }, 'critical'],
  ['little, but more than the data, without evictions', { clientBuffers: 20 }, 'clear'],
  ['the same, while data is evicted for it', { clientBuffers: 20, evicted: 1 }, 'critical'],
  ['evictions, but more data than overhead', { clientBuffers: 20, dataset: 20, evicted: 1 }, 'clear'],
  ['tables of many small keys are another finding', { tables: 60 }, 'clear'],
  ['buffers that every server has, on a tiny one', { max: 5, clientBuffers: 2, backlog: 1 }, 'clear'],
  ['many well-behaved connections and room', { clientBuffers: 40, connected: 2000 }, 'info'],
  ['the same while memory runs short', { clientBuffers: 40, connected: 2000, used: 80 }, 'warning'],
  ['no maxmemory', { max: 0, clientBuffers: 40 }, 'clear'],
  ['a replica, which ignores maxmemory', { clientBuffers: 40, replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the largest part is named', () => {
  expect(rule.assess('rule', rowScene({ clientBuffers: 10, backlog: 30 }))).toMatchObject([
    {
      headline: expect.stringContaining('most of it replication.backlog'),
      evidence: [
        { field: 'memory stats replication.backlog' },
        { field: 'memory stats clients.normal' },
        { field: 'memory stats dataset.bytes' },
        {},
      ],
    },
  ]);
});
