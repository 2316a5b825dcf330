import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../src/domain/command.ts';
import { type Blank, fill, fits, type HostPlace } from '../../src/domain/host-place.ts';
import { NotAnswered } from '../../src/domain/probe.ts';

function place(known: Partial<Record<Blank, readonly string[]>>): HostPlace {
  const unknown = new NotAnswered('not known');
  return new Proxy({}, { get: (_, name) => known[name as Blank] ?? unknown }) as HostPlace;
}

test('a template becomes one question for each value of its blank', () => {
  const groups = ['/sys/fs/cgroup/a/b', '/sys/fs/cgroup/a', '/sys/fs/cgroup'];
  expect(fill(['read', '{memory_cgroup}/memory.max'], place({ memory_cgroup: groups }))).toEqual(
    groups.map((group) => ['read', `${group}/memory.max`]),
  );
  expect(fill(['uname', '-m'], place({}))).toEqual([['uname', '-m']]);
  expect(fill(['ss', '{port}', '{pid}'], place({ port: ['6379'], pid: ['7'] }))).toEqual([['ss', '6379', '7']]);
});

test('what is not known is a reason', () => {
  expect(() => fill(['read', '/proc/{pid}/status'], place({}))).toThrow('not known');
});

test('a blank that nobody can fill in is a mistake of the probe', () => {
  expect(() => fill(['read', '{home}'], place({}))).toThrow(/leaves \{home\} open/);
});

test.each<[Blank, string]>([
  ['dir', '/var/lib/redis'],
  ['dir', '/'],
  ['dir', '/proc/812/root/data'],
  ['dir', '/processes'],
  ['dir', '/srv/redis-7.2/data@host_1'],
  ['config_file', '/etc/redis/redis..conf'],
  ['memory_cgroup', String.raw`/sys/fs/cgroup/system.slice/system-redis\x2dserver.slice/redis@1.service`],
  ['unit', 'redis-server@6380.service'],
  ['nic', 'enp0s31f6.100'],
  ['pid', '1'],
])('as %s %s is passed on', (blank, value) => {
  expect(fill(['read', `{${blank}}`], place({ [blank]: [value] }))).toEqual([['read', value]]);
});

test.each<[Blank, string]>([
  ['dir', 'var/lib/redis'],
  ['config_file', '/proc/1/environ'],
  ['config_file', '//proc/1/environ'],
  ['config_file', '/proc/1/rootless'],
  ['log_file', '/sys/kernel/debug'],
  ['dir', '/dev'],
  ['dir', '/var/../etc'],
  ['dir', '/..'],
  ['dir', ''],
  ['dir', '/data; reboot'],
  ['dir', '/data dir'],
  ['dir', '/$(id)'],
  ['dir', "/it's"],
  ['dir', '/data\n/etc'],
  ['config_file', '/é'],
  ['memory_cgroup', '/etc'],
  ['memory_cgroup', '/sys/fs/cgroup/../../etc'],
  ['unit', '--help.service'],
  ['unit', 'redis.socket'],
  ['nic', '../eth0'],
  ['nic', '-a'],
  ['pid', '0'],
  ['pid', '1 2'],
  ['port', '-1'],
])('as %s %j is not', (blank, value) => {
  expect(() => fill(['read', `{${blank}}`], place({ [blank]: [value] }))).toThrow(/characters that are not passed on/);
  expect(fits(['read', `{${blank}}`], ['read', value])).toBe(false);
});

test('what a template makes fits it, and nothing longer, shorter or other does', () => {
  const template: Command = ['read', '/proc/{pid}/net/dev'];
  expect(fits(template, ['read', '/proc/12/net/dev'])).toBe(true);
  for (const other of [
    ['read', '/proc/12/net/dev', 'x'],
    ['read'],
    ['tail', '/proc/12/net/dev'],
    ['read', '/proc/12/net/devices'],
    ['read', '/proc/1/../net/dev'],
    ['read', '/proc//net/dev'],
    ['read', '/proc/net/dev'],
  ]) {
    expect(fits(template, other)).toBe(false);
  }
});

test('no path that fits holds a way up or a character that a shell would take', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const path = `/${text}`;
      if (!fits(['read', '{dir}'], ['read', path])) return;
      expect(path).toMatch(/^[A-Za-z0-9_@%+=:,.~/\\-]+$/);
      expect(path.split('/')).not.toContain('..');
    }),
  );
});
