import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import rule from '../../../src/rules/clients/maxclients-capped-by-ulimit.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['the default', 10_000, 'clear'],
  ['1024 open files', 992, 'warning'],
  ['4096 open files', 4064, 'warning'],
  ['10,000 open files', 9968, 'warning'],
  ['65,535 open files, with a larger limit configured', 65_503, 'warning'],
  ['a million open files', 1_048_544, 'warning'],
  ['a limit that somebody chose', 1000, 'clear'],
  ['another', 4000, 'clear'],
  ['a small one', 100, 'clear'],
  ['a version that does not tell', undefined, 'unassessed'],
])('%s (%s): %s', (_what, maxclients, wanted) => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(clients, { maxclients })] }] }))).toBe(wanted);
});
