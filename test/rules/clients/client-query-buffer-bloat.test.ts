import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import clients from '../../../src/probes/clients.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/clients/client-query-buffer-bloat.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB. */
  recent?: number;
  list?: Client[] | string;
  closed?: number;
}

function rowScene({ recent = 0, list = [], closed = 0 }: Row) {
  const readings = [
    saw(clients, { client_recent_max_input_buffer: recent * MIB }),
    saw(clientList, list),
    saw(
      stats,
      { client_query_buffer_limit_disconnections: 4 + closed },
      { client_query_buffer_limit_disconnections: 4 },
    ),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['64 MiB of late', { recent: 64 }, 'clear'],
  ['more of late', { recent: 65 }, 'warning'],
  ['a client with 64 MiB', { list: [client({ unexecuted: 64 * MIB })] }, 'clear'],
  ['a client with more', { list: [client({ unexecuted: 65 * MIB })] }, 'warning'],
  ['the link to our primary', { list: [client({ unexecuted: 65 * MIB, flags: 'M' })] }, 'clear'],
  ['a connection that was closed at the limit', { closed: 1 }, 'warning'],
  ['a list that nobody lets us read', { list: 'NOPERM: client|list', recent: 65 }, 'warning'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the worst is named', () => {
  const list = [client({ id: 1, unexecuted: 70 * MIB }), client({ id: 2, unexecuted: 90 * MIB })];
  expect(rule.assess('rule', rowScene({ recent: 65, list }))).toMatchObject([
    {
      headline: 'A client takes 90 MiB for what it sends before it can be executed',
      evidence: [{}, {}, { field: expect.stringContaining('id=2') }, {}],
    },
  ]);
});
