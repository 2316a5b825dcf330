import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import replication from '../../../src/probes/replication.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/fragmentation/fragmentation-below-one-swap.ts';
import { said, saw, scene } from '../../support/scene.ts';

const GIB = 1024 ** 3;

interface Row {
  /** GiB. */
  used?: number;
  rss: number;
  clients?: number;
  uptime?: number;
  version?: string;
  backlog?: { active: number; size: number; written: number };
}

function rowScene({ used = 10, rss, clients = 0, uptime = 300, version = '7.0.15', backlog }: Row) {
  const { active = 0, size = 0, written = 0 } = backlog ?? {};
  const readings = [
    saw(memory, { used_memory: used * GIB, used_memory_rss: rss * GIB, mem_clients_normal: clients * GIB }),
    saw(server, { uptime_in_seconds: uptime }),
    saw(replication, {
      repl_backlog_active: active,
      repl_backlog_size: size * GIB,
      repl_backlog_histlen: written * GIB,
    }),
  ];
  return scene({ nodes: [{ readings, identity: { version } }] });
}

test.each<[string, Row, string]>([
  ['nine tenths in RAM', { rss: 9 }, 'clear'],
  ['less in RAM', { rss: 8.99 }, 'high'],
  ['1 GiB of data', { used: 1, rss: 0.5 }, 'clear'],
  ['less in RAM, but no more than clients have announced', { rss: 7, clients: 3 }, 'clear'],
  ['just started', { rss: 5, uptime: 299 }, 'clear'],
  [
    '6.2 with a backlog that is not written yet',
    { rss: 8, version: '6.2.16', backlog: { active: 1, size: 2, written: 0 } },
    'clear',
  ],
  ['6.2 with a full backlog', { rss: 8, version: '6.2.16', backlog: { active: 1, size: 2, written: 2 } }, 'high'],
  ['6.2 without a backlog', { rss: 8, version: '6.2.16', backlog: { active: 0, size: 2, written: 0 } }, 'high'],
  ['7.0 sets the backlog up as it is written', { rss: 8, backlog: { active: 1, size: 2, written: 0 } }, 'high'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
