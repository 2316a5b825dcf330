import { expect, test } from 'vitest';
import { makeAllowList } from '../../src/io/allow-list.ts';
import { loadShelves } from '../../src/io/shelves.ts';

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

test('an empty command is not', () => {
  expect(allowed([])).toBe(false);
});
