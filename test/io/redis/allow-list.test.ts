import { expect, test } from 'vitest';
import { parseInfo } from '../../../src/domain/info.ts';
import { makeAllowList } from '../../../src/io/redis/allow-list.ts';
import { loadShelves } from '../../../src/io/shelves.ts';
import { identityOf } from '../../support/captured.ts';
import { plainTarget } from '../../support/target.ts';

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
    .map((probe) => probe.commands(identityOf('redis-7.0.15'), info, plainTarget({ host: { kind: 'local' } })))
    .flatMap((commands) => (typeof commands === 'string' ? [] : commands));
  expect(asked.length).toBeGreaterThan(probes.size / 2);
  expect(asked.filter((command) => !allowed(command))).toEqual([]);
});

test('an empty command is not', () => {
  expect(allowed([])).toBe(false);
});

test.each(['orders', 'Orders-EU.2', 'reset', 'master', 'ä*?[x]', 'FAILOVER'])(
  'the master that the target declares may be asked about, letter by letter: %s',
  (master) => {
    expect(allowed(['SENTINEL', 'MASTER', master], master)).toBe(true);
    expect(allowed(['SENTINEL', 'CKQUORUM', master], master)).toBe(true);
    expect(allowed(['SENTINEL', 'MASTER', `${master} `], master)).toBe(false);
    expect(allowed(['SENTINEL', 'MASTER', master.slice(1)], master)).toBe(false);
    expect(allowed(['SENTINEL', 'MASTER', master, master], master)).toBe(false);
    expect(allowed(['SENTINEL', 'MASTER', master], undefined)).toBe(false);
    // Nowhere else, and no other subcommand.
    expect(allowed(['CONFIG', 'GET', 'reset'], 'reset')).toBe(false);
    for (const word of ['RESET', 'FAILOVER', 'REMOVE', 'SET', 'MONITOR', 'FLUSHCONFIG', 'SIMULATE-FAILURE']) {
      expect(allowed(['SENTINEL', word, master], master)).toBe(false);
    }
  },
);

test('a Sentinel says who it is without being asked about a master', () => {
  expect(allowed(['SENTINEL', 'MYID'])).toBe(true);
  expect(allowed(['INFO'])).toBe(true);
});
