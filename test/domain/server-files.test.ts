import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import { claimOf, type HostProcess, placeOf, type ServerFiles } from '../../src/domain/server-files.ts';

const INFO =
  'process_id:812\nuptime_in_seconds:90\ntcp_port:6379\nexecutable:/usr/bin/redis-server\nconfig_file:/etc/redis/redis.conf\naof_enabled:1\naof_current_size:1000\n';
const FILES: ServerFiles = {
  dir: '/var/lib/redis',
  dbfilename: 'dump.rdb',
  appenddirname: 'appendonlydir',
  appendfilename: 'appendonly.aof',
  aclfile: '/etc/redis/users.acl',
  logfile: 'redis.log',
};
const PROCESS: HostProcess = {
  pid: 812,
  status: 'NSpid:\t812\n',
  cgroup: '0::/system.slice/redis-server.service\n',
  interfaces: 'Inter-|   Receive\n face |bytes\n    lo: 1 2\n  eth0: 3 4\n',
};

function place(files: Partial<ServerFiles> | NotAnswered = {}, process: Partial<HostProcess> = {}, info = INFO) {
  const all = files instanceof NotAnswered ? files : { ...FILES, ...files };
  return placeOf(parseInfo(info), all, { ...PROCESS, ...process });
}

test('the files of a server, relative ones beside its data', () => {
  expect(place()).toMatchObject({
    pid: ['812'],
    port: ['6379'],
    dir: ['/var/lib/redis'],
    aof_dir: ['/var/lib/redis/appendonlydir'],
    small_aof: ['/var/lib/redis/appendonlydir/appendonly.aof.manifest'],
    rdb_file: ['/var/lib/redis/dump.rdb'],
    acl_file: ['/etc/redis/users.acl'],
    log_file: ['/var/lib/redis/redis.log'],
    config_file: ['/etc/redis/redis.conf'],
    unit: ['redis-server.service'],
    nic: ['eth0'],
  });
});

test('6.2 has one append-only file, and no folder for it', () => {
  const { appenddirname: _none, ...files } = FILES;
  const old = placeOf(parseInfo(INFO), { ...files, appenddirname: undefined }, PROCESS);
  expect(old).toMatchObject({ aof_dir: ['/var/lib/redis'], small_aof: ['/var/lib/redis/appendonly.aof'] });
});

test('a server in the root folder', () => {
  expect(place({ dir: '/' })).toMatchObject({ dir: ['/'], rdb_file: ['/dump.rdb'] });
});

test('the files of a container are reached through its process', () => {
  const inside = place({}, { status: 'NSpid:\t812\t1\n' });
  expect(inside).toMatchObject({
    dir: ['/proc/812/root/var/lib/redis'],
    config_file: ['/proc/812/root/etc/redis/redis.conf'],
  });
});

test.each([
  ['a server without a configuration file', 'config_file', place({}, {}, 'config_file:\n'), 'no configuration file'],
  ['no log file', 'log_file', place({ logfile: '' }), 'no log file'],
  ['CONFIG that is refused', 'dir', place(new NotAnswered('NOPERM: config|get')), 'NOPERM: config|get'],
  ['a server by hand', 'unit', place({}, { cgroup: '0::/user.slice\n' }), 'no systemd service'],
  ['an append-only file that is off', 'small_aof', place({}, {}, 'aof_enabled:0\n'), 'no append-only file'],
  [
    'a big append-only file',
    'small_aof',
    place({}, {}, INFO.replace('size:1000', 'size:99000000')),
    'too large to be checked: 94 MiB',
  ],
  ['a server on a socket only', 'port', place({}, {}, 'tcp_port:0\n'), 'no TCP port'],
] as const)('%s is a reason', (_what, blank, known, reason) => {
  expect(known[blank]).toBeInstanceOf(NotAnswered);
  expect((known[blank] as NotAnswered).message).toContain(reason);
});

test('a server that does not name its process claims none', () => {
  expect(claimOf(parseInfo(INFO))).toEqual({
    pid: 812,
    port: 6379,
    uptimeSeconds: 90,
    executable: '/usr/bin/redis-server',
  });
  expect(claimOf(parseInfo('uptime_in_seconds:90\n'))).toBeUndefined();
});
