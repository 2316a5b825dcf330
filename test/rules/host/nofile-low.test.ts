import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import limits from '../../../src/probes/host-limits.ts';
import rule from '../../../src/rules/host/nofile-low.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[string, number | undefined, number, number, string]>([
  ['room enough', 65_535, 10_000, 100, 'clear'],
  ['no limit', Number.POSITIVE_INFINITY, 10_000, 9000, 'clear'],
  ['maxclients lowered to what is left', 1024, 992, 10, 'info'],
  ['maxclients lower by choice', 1024, 500, 10, 'clear'],
  ['just the default', 10_032, 10_000, 10, 'clear'],
  ['under 80 % in use', 1032, 1000, 799, 'info'],
  ['80 % in use', 1032, 1000, 800, 'warning'],
  ['95 % in use', 1032, 1000, 950, 'high'],
  ['80 % of a limit that maxclients does not reach', 1032, 900, 800, 'warning'],
  ['limits that do not tell', undefined, 1000, 10, 'unassessed'],
])('%s', (_what, nofile, maxclients, connected_clients, want) => {
  const readings = [saw(limits, { nofile }), saw(clients, { maxclients, connected_clients })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
