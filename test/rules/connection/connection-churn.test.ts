import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/connection/connection-churn.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  /** Between the samples. */
  opened: number;
  commands: number;
  /** Connections before and after. */
  connected?: [before: number, after: number];
  seconds?: number;
}

function rowScene({ opened, commands, connected: [before, after] = [50, 50], seconds = 2 }: Row) {
  const counters = (connections: number, processed: number) => ({
    total_connections_received: 9000 + connections,
    total_commands_processed: 1e6 + processed,
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(stats, counters(opened, commands), counters(0, 0)),
          saw(clients, { connected_clients: after }, { connected_clients: before }),
        ],
        seconds,
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['nobody connects', { opened: 0, commands: 100 }, 'clear'],
  ['100 a second', { opened: 200, commands: 5000 }, 'clear'],
  ['more than 100 a second', { opened: 202, commands: 5000 }, 'warning'],
  ['as many that carry a hundred commands each', { opened: 202, commands: 20_200 }, 'clear'],
  ['a connection for every tenth command', { opened: 50, commands: 500 }, 'clear'],
  ['more than that', { opened: 50, commands: 490 }, 'warning'],
  ['the same of little', { opened: 40, commands: 80 }, 'clear'],
  ['a wave that stays: a deployment', { opened: 800, commands: 900, connected: [100, 890] }, 'clear'],
  ['a deployment that replaces all', { opened: 800, commands: 2000, connected: [800, 800] }, 'warning'],
  ['churn of a second', { opened: 202, commands: 500, seconds: 1 }, 'warning'],
  ['half a second', { opened: 202, commands: 500, seconds: 0.5 }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('what a connection is used for is told', () => {
  expect(rule.assess('rule', rowScene({ opened: 300, commands: 900 }))).toMatchObject([
    { headline: '150 connections a second are opened and closed again, one for every 3 commands' },
  ]);
});

test('one sample says nothing', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(stats, {}), saw(clients, {})] }] }))).toBe('unassessed');
});
