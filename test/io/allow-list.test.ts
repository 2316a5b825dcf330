import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { makeAllowList } from '../../src/io/allow-list.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const { probes } = await loadShelves();
const allowed = makeAllowList(probes.values());

test.each([
  'INFO everything',
  'info commandstats',
  'CONFIG GET maxmemory-policy save',
  'SLOWLOG GET 128',
  'ACL LOG 32',
  'CLIENT LIST',
  'TIME',
  'LATENCY LATEST',
  'LATENCY HISTOGRAM set del config|get json.get',
  'COMMANDLOG GET 32 large-reply',
  'HOTKEYS GET',
])('%s is let through', (line) => {
  expect(allowed(line.split(' '))).toBe(true);
});

test.each([
  'CONFIG GET *',
  'CONFIG GET max*',
  'CONFIG GET [a-z]',
  'CONFIG SET maxmemory 1',
  'CONFIG RESETSTAT',
  'CONFIG REWRITE',
  'CONFIG',
  'ACL LOG RESET',
  'ACL LOG reset',
  'SLOWLOG RESET',
  'LATENCY RESET',
  'LATENCY HISTOGRAM *',
  'COMMANDLOG RESET slow',
  'COMMANDLOG GET 32 reset',
  'HOTKEYS START METRICS 1 CPU',
  'CLIENT KILL 1',
  'KEYS *',
  'MONITOR',
  'GET k',
  'SHUTDOWN',
  'INFO everything\r\nFLUSHALL',
])('%j is not', (line) => {
  expect(allowed(line.split(' '))).toBe(false);
});

test('what a probe asks of a server with replicas is let through', () => {
  const info = parseInfo('connected_clients:1\r\nconnected_slaves:1\r\n');
  const asked = [...probes.values()]
    .filter(({ asks }) => asks === 'server')
    .map((probe) => probe.commands(identityOf('redis-7.0.15'), info, plainTarget()))
    .flatMap((commands) => (typeof commands === 'string' ? [] : commands));
  expect(asked.length).toBeGreaterThan(probes.size / 2);
  expect(asked.filter((command) => !allowed(command))).toEqual([]);
});

test('an empty command is not', () => {
  expect(allowed([])).toBe(false);
});
