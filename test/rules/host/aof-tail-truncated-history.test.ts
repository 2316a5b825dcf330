import { expect, test } from 'vitest';
import log from '../../../src/probes/host-log.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/host/aof-tail-truncated-history.ts';
import { said, saw, scene } from '../../support/scene.ts';

const LINE = 'AOF appendonly.aof.1.incr.aof loaded anyway because aof-load-truncated is enabled';

test.each<[string | undefined, number, string]>([
  [undefined, 60, 'clear'],
  [LINE, 60, 'high'],
  [LINE, 86_399, 'high'],
  [LINE, 86_400, 'info'],
])('%j, %s s after the start: %s', (truncated, uptime_in_seconds, want) => {
  const readings = [saw(log, { truncated }), saw(server, { uptime_in_seconds })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('a log that may not be read proves nothing', () => {
  const readings = [saw(log, 'the log of the server may not be read'), saw(server, { uptime_in_seconds: 60 })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
