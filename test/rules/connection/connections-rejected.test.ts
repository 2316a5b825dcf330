import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/connection/connections-rejected.ts';
import { said, saw, scene } from '../../support/scene.ts';

test('a server that turns us away is critical', () => {
  expect(said(rule, scene({ nodes: [{ cause: 'max-clients' }] }))).toBe('critical');
});

test.each([
  ['refusals near the limit are critical', 800, 1000, 5, 8, 'critical'],
  ['refusals far from the limit are protected mode', 799, 1000, 5, 8, 'clear'],
  ['refusals of long ago are history', 1000, 1000, 8, 8, 'clear'],
  ['a version that does not tell maxclients is not judged', 1000, undefined, 5, 8, 'clear'],
])('%s', (_sentence, connected_clients, maxclients, before, now, want) => {
  const readings = [
    saw(clients, { connected_clients, maxclients }),
    saw(stats, { rejected_connections: now }, { rejected_connections: before }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
