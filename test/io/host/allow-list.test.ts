import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineHostProbe, file } from '../../../src/domain/host-probe.ts';
import { makeHostAllowList } from '../../../src/io/host/allow-list.ts';
import { makeAllowList } from '../../../src/io/redis/allow-list.ts';
import { loadShelves } from '../../../src/io/shelves.ts';

const { probes } = await loadShelves();
const allowed = makeHostAllowList(probes.values());

test('what finds the process is let through without any probe', () => {
  const bare = makeHostAllowList([]);
  expect(bare(['read', '/proc/uptime'])).toBe(true);
  expect(bare(['read', '/proc/812/cmdline'])).toBe(true);
  expect(bare(['read', '/proc/812/environ'])).toBe(false);
});

test('a host probe adds its own templates, and nothing to what a server is asked', () => {
  const probe = defineHostProbe({ sampled: 'once', asks: { a: file('{dir}/x'), b: ['df', '{dir}'] }, read: () => 0 });
  const own = makeHostAllowList([probe]);
  expect(own(['read', '/data/x'])).toBe(true);
  expect(own(['df', '/data'])).toBe(true);
  expect(own(['df', '/data', '--version'])).toBe(false);
  expect(own(['df', '--version'])).toBe(false);
  expect(makeAllowList([probe])(['df', 'x'])).toBe(false);
});

test.each([
  ['rm', '-rf', '/'],
  ['sh', '-c', 'id'],
  ['read', 'etc/redis.conf'],
  ['read', '/proc/1/mem'],
  ['read', '/proc/812/environ'],
  ['systemctl', 'stop', 'redis-server.service'],
  ['sysctl', '-w', 'vm.overcommit_memory=1'],
  ['redis-check-aof', '--fix', '/data/appendonlydir/appendonly.aof.manifest'],
  ['tail', '-f', '/var/log/redis.log'],
  [],
])('no probe asks %j %j %j', (...question) => expect(allowed(question)).toBe(false));

test('nothing that was made up is let through', () => {
  const program = fc.string().filter((text) => !['read', 'tail'].includes(text));
  fc.assert(
    fc.property(fc.array(program, { maxLength: 5 }), (question) => {
      expect(allowed(question)).toBe(false);
    }),
  );
});
