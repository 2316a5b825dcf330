import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import hostConfigFile from '../../../src/probes/host-config-file.ts';
import hostLimits from '../../../src/probes/host-limits.ts';
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

/** What the server has, what the kernel allows, and what the configuration file says. */
test.each([
  ['a limit that binds', 1968, 2000, undefined, 'warning'],
  ['a number that only looks like one', 4064, 100_000, undefined, 'clear'],
  ['just enough files for the default', 10_000, 10_032, undefined, 'clear'],
  ['less than the file says', 4064, 4096, 20_000, 'warning'],
  ['less than the file says, on a host whose limits are not known', 7000, undefined, 20_000, 'warning'],
  ['what the file says', 4064, 4096, 4064, 'clear'],
])('%s: %i of %s files, configured %s: %s', (_what, maxclients, nofile, inFile, wanted) => {
  const readings = [
    saw(clients, { maxclients }),
    ...(nofile === undefined ? [] : [saw(hostLimits, { nofile })]),
    ...(inFile === undefined ? [] : [saw(hostConfigFile, { values: new Map([['maxclients', [[String(inFile)]]]]) })]),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
