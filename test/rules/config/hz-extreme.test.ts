import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import server from '../../../src/probes/server.ts';
import tuningConfig from '../../../src/probes/tuning-config.ts';
import rule from '../../../src/rules/config/hz-extreme.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[number | undefined, string | undefined, number, string]>([
  [10, 'yes', 5000, 'clear'],
  [100, 'yes', 10, 'clear'],
  [101, 'yes', 10, 'info'],
  [9, 'yes', 10, 'info'],
  [10, 'no', 1001, 'info'],
  [10, 'no', 1000, 'clear'],
  [10, undefined, 5000, 'clear'],
  [undefined, 'yes', 10, 'clear'],
])('hz %s, dynamic-hz %s, %i clients: %s', (configured_hz, dynamic_hz, connected_clients, want) => {
  const readings = [
    saw(server, { configured_hz }),
    saw(tuningConfig, { dynamic_hz }),
    saw(clients, { connected_clients }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
