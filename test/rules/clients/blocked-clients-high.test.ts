import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import clients from '../../../src/probes/clients.ts';
import rule from '../../../src/rules/clients/blocked-clients-high.ts';
import { client } from '../../support/client.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  blocked: number;
  as?: Partial<Client>;
  /** Blocked at this hour yesterday. */
  usual?: number;
}

function rowScene({ blocked, as, usual }: Row) {
  const yesterday = Array.from({ length: 30 }, () => ({ blocked_clients: usual ?? 0 }));
  const listed = Array.from({ length: blocked }, () => client({ flags: 'b', cmd: 'blpop', idle: 600, ...as }));
  return scene({
    nodes: [{ readings: [saw(clients, { blocked_clients: blocked }), saw(clientList, listed)] }],
    ...(usual !== undefined && {
      series: { '127.0.0.1:6379': kept(yesterday, { until: 1_800_000_000_000 - 23.8 * 3_600_000 }) },
    }),
  });
}

test.each<[string, Row, string]>([
  ['a hundred workers that wait for jobs', { blocked: 100 }, 'clear'],
  ['the same as every day', { blocked: 100, usual: 90 }, 'clear'],
  ['ten times the usual', { blocked: 100, usual: 10 }, 'clear'],
  ['more than that', { blocked: 101, usual: 10 }, 'warning'],
  ['much more than usual, but few', { blocked: 19, usual: 0 }, 'clear'],
  ['twenty where there are none as a rule', { blocked: 20, usual: 0 }, 'warning'],
  ['three that have long waited for replicas', { blocked: 3, as: { cmd: 'wait', idle: 10 } }, 'warning'],
  ['two', { blocked: 2, as: { cmd: 'wait', idle: 10 } }, 'clear'],
  ['such as have just begun to', { blocked: 30, as: { cmd: 'wait', idle: 9 } }, 'clear'],
  ['waiting for the file of a replica', { blocked: 3, as: { cmd: 'waitaof', idle: 60 } }, 'warning'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('what they wait in is told', () => {
  expect(rule.assess('rule', rowScene({ blocked: 40, as: { cmd: 'wait', idle: 90 } }))).toMatchObject([
    {
      headline: '40 clients wait for replicas to confirm their writes, the longest for 90 s',
      evidence: [
        { field: 'blocked_clients', value: '40' },
        { field: 'blocked in wait', value: '40' },
      ],
    },
  ]);
});

test('a version that does not count is not assessed', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(clients, {})] }] }))).toBe('unassessed');
});
