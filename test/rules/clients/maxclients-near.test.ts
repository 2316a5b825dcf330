import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/clients/maxclients-near.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  now: number;
  before?: number;
  replicas?: number;
  max?: number | null;
}

function rowScene({ now, before = now, replicas = 0, max = 1000 }: Row) {
  const limit = max === null ? {} : { maxclients: max };
  const readings = [
    saw(clients, { connected_clients: now, ...limit }, { connected_clients: before, ...limit }),
    saw(replication, { connected_slaves: replicas }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['below 80 %', { now: 799 }, 'clear'],
  ['80 %', { now: 800 }, 'warning'],
  ['80 % with the replicas', { now: 798, replicas: 2 }, 'warning'],
  ['below 95 %', { now: 949 }, 'warning'],
  ['95 %', { now: 950 }, 'critical'],
  ['a wave that only one sample shows', { now: 990, before: 100 }, 'clear'],
  ['a server that does not tell its limit', { now: 990, max: null }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
