import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/memory/maxmemory-exceeds-host.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB throughout. */
  max: number;
  used?: number;
  ram?: number;
  limit?: number;
  cow?: number;
  backlog?: number;
  frag?: number;
}

function node({ max, used = 1, ram = 1000, cow = 0, backlog = 0, frag = 1 }: Row): ReadSketch {
  return {
    readings: [
      saw(memory, {
        maxmemory: max * MIB,
        used_memory: used * MIB,
        total_system_memory: ram * MIB,
        mem_not_counted_for_evict: 0,
        allocator_frag_ratio: frag,
        allocator_rss_ratio: 1,
      }),
      saw(persistence, { rdb_last_cow_size: cow * MIB }),
      saw(replication, { repl_backlog_size: backlog * MIB }),
    ],
  };
}

function rowScene(row: Row) {
  const target = row.limit === undefined ? {} : { memoryLimitBytes: row.limit * MIB };
  return scene({ target, nodes: [node(row)] });
}

test.each<[string, Row, string]>([
  ['no maxmemory is another finding', { max: 0, limit: 100 }, 'clear'],
  ['maxmemory and its fragmentation fit the container', { max: 90, limit: 100 }, 'clear'],
  ['with fragmentation it exceeds the container', { max: 96, limit: 100 }, 'high'],
  ['with copy-on-write it exceeds the container', { max: 90, limit: 100, cow: 6 }, 'high'],
  ['with the backlog it exceeds the container', { max: 90, limit: 100, backlog: 6 }, 'high'],
  ['a ratio of a small server is not that of a full one', { max: 90, limit: 100, frag: 8 }, 'clear'],
  ['a ratio of a large server is', { max: 900, used: 100, limit: 1000, frag: 1.12 }, 'high'],
  ['it fits the RAM, but a container may allow less', { max: 900 }, 'unassessed'],
  ['the estimate exceeds the RAM', { max: 960 }, 'warning'],
  ['maxmemory alone exceeds the RAM', { max: 1000 }, 'high'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('servers that share a host are added up and told once', () => {
  const names = ['10.0.0.1:6379', '10.0.0.1:6380'];
  const nodes = names.map((name, at) => ({ ...node({ max: at === 0 ? 700 : 200 }), name }));
  expect(said(rule, scene({ nodes }))).toBe('unassessed clear');
  const [first, second] = [node({ max: 700 }), node({ max: 300 })];
  const full = scene({ nodes: [first, second].map((one, at) => ({ ...one, name: names[at] ?? '' })) });
  expect(said(rule, full)).toBe('high clear');
  expect(rule.assess('rule', full)).toMatchObject([
    {
      headline: expect.stringMatching(/^The 2 servers on this host would take 1 GiB at maxmemory/),
      evidence: [{ field: 'maxmemory', value: String(1000 * MIB) }, {}],
    },
    {},
  ]);
});
