import { expect, test } from 'vitest';
import connectionPool from '../../src/figures/connection-pool.ts';
import clientList, { type Client } from '../../src/probes/client-list.ts';
import { saw, scene } from '../support/scene.ts';

const client = (host: string, idle: number, more: object = {}): Client =>
  ({ id: 1, addr: `${host}:5000`, name: 'app', flags: 'N', idle, ...more }) as Client;

function told(clients: Client[]) {
  const [said] = connectionPool.tell(scene({ nodes: [{ readings: [saw(clientList, clients)] }] }));
  return said && 'said' in said ? said.said : said;
}

test('twice what is at work, shared by the hosts', () => {
  const working = Array.from({ length: 10 }, () => client('10.0.0.1', 0));
  const resting = Array.from({ length: 190 }, () => client('10.0.0.2', 300));
  expect(told([...working, ...resting])).toBe(
    '200 connections from 2 hosts, 10 at work: a pool of about 10 for each host is enough',
  );
});

test('we and replicas are no application', () => {
  expect(told([client('10.0.0.1', 0, { name: 'redis-medic' }), client('10.0.0.3', 0, { flags: 'S' })])).toBe(
    'no application is connected',
  );
});
