import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import clients from '../../../src/probes/clients.ts';
import rule from '../../../src/rules/clients/idle-connection-leak.ts';
import { client } from '../../support/client.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  /** Connections without a command for more than an hour. */
  idle: number;
  /** All that are connected; as many as are idle when absent. */
  connected?: number;
  as?: Partial<Client>;
  seconds?: number;
  /** How many there were when `watch` began. */
  began?: number;
}

function rowScene({ idle, connected = idle, as, seconds = 3601, began }: Row) {
  const listed = Array.from({ length: idle }, () => client({ idle: seconds, ...as }));
  return scene({
    nodes: [{ readings: [saw(clientList, listed), saw(clients, { connected_clients: connected })] }],
    ...(began !== undefined && { series: { '127.0.0.1:6379': kept([{ connected_clients: began }]) } }),
  });
}

test.each<[string, Row, string]>([
  ['100 idle connections', { idle: 100 }, 'warning'],
  ['99', { idle: 99 }, 'clear'],
  ['just an hour', { idle: 100, seconds: 3600 }, 'clear'],
  ['half of all', { idle: 100, connected: 200 }, 'clear'],
  ['more than half', { idle: 101, connected: 200 }, 'warning'],
  ['subscribers', { idle: 200, as: { flags: 'P' } }, 'clear'],
  ['workers that wait for jobs', { idle: 200, as: { flags: 'b' } }, 'clear'],
  ['replicas', { idle: 200, as: { flags: 'S' } }, 'clear'],
  ['us', { idle: 200, as: { name: 'redis-medic' } }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('who holds them is told, and whether it gets worse', () => {
  const as = { name: 'billing', user: 'app', library: 'jedis', addr: '10.0.0.3:999' };
  expect(rule.assess('rule', rowScene({ idle: 300, as, began: 100, seconds: 7200 }))).toMatchObject([
    {
      headline: '300 of 300 connections have been idle for more than 60 min, and there were 100 when we began to watch',
      evidence: [
        { field: 'clients idle > 3600 s', value: '300 (100 %)', expected: '<= 50 %' },
        { value: 'billing, user app, jedis, 10.0.0.x: 300, the oldest for 2 h' },
      ],
    },
  ]);
});

/** Connections and commands a second, every twenty minutes; the last is now. */
test.each([
  ['more and more of them', [100, 150, 200, 250], [50, 50, 50, 50], 'warning'],
  ['as the work grows', [100, 150, 200, 250], [50, 60, 90, 120], 'clear'],
  ['by less than half', [300, 340, 380, 420], [50, 50, 50, 50], 'clear'],
  ['a deployment that came and stayed', [100, 250, 250, 250], [50, 50, 50, 50], 'clear'],
  ['by few', [10, 40, 70, 100], [50, 50, 50, 50], 'clear'],
])('%s: %s connections at %s commands a second: %s', (_what, connected, rates, wanted) => {
  let processed = 0;
  const points = connected.map((connected_clients, at) => {
    processed += (rates[at] ?? 0) * 1200;
    return { connected_clients, total_commands_processed: processed };
  });
  const now = connected.at(-1) ?? 0;
  const snapshot = scene({
    nodes: [{ readings: [saw(clientList, []), saw(clients, { connected_clients: now })] }],
    series: { '127.0.0.1:6379': kept(points, { stepSeconds: 1200 }) },
  });
  expect(said(rule, snapshot)).toBe(wanted);
});
