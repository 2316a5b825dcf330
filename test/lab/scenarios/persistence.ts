import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { breakSaving, fillDisk, keepSending, pipeline, populate, type Scenario } from '../lab.ts';
import { forbidForks, startForkless } from '../no-forks.ts';

const AOF = ['--appendonly', 'yes'];
const DEFAULTS = ['--save', '3600 1 300 100 60 10000'];
const MIB = 1024 * 1024;

/** Since 7.0 the append-only file is a folder of parts. */
const MULTI_PART: Scenario['on'] = (_engine, version) => atLeast(version, '7.0');

/** Snapshots and the append-only file: broken, badly set, and well. */
export const persistence: readonly Scenario[] = [
  {
    name: 'a store with snapshots and an append-only file under steady writes',
    finds: {},
    target: { purpose: 'store', objectives: { dataLossSeconds: 2 } },
    async arrange(lab) {
      const server = await lab.start([...DEFAULTS, ...AOF]);
      await populate(server, 5000);
      lab.keepDoing(() => populate(server, 100), 20);
      return [server];
    },
  },
  {
    name: 'a store that restarts empty',
    finds: { 'no-persistence-configured': 'high', 'shutdown-would-lose-data': 'high' },
    target: { purpose: 'store' },
    async arrange(lab) {
      const server = await lab.start();
      await server.send('SET', 'a', '1');
      return [server];
    },
  },
  {
    name: 'a cache that restarts empty, as caches may',
    finds: {},
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
      await populate(server, 1000);
      return [server];
    },
  },
  {
    name: 'a store that may lose a second and takes a snapshot an hour',
    finds: { 'rdb-only-large-rpo': 'warning', 'rdb-stale-save': 'critical' },
    target: { purpose: 'store', objectives: { dataLossSeconds: 1 } },
    async arrange(lab) {
      const server = await lab.start(['--save', '3600 1']);
      await server.send('SET', 'a', '1');
      await sleep(1100);
      return [server];
    },
  },
  {
    name: 'save points so close that one snapshot follows the other',
    finds: { 'rdb-save-too-frequent': 'warning' },
    seconds: 3,
    async arrange(lab) {
      const server = await lab.start(['--save', '1 1']);
      await keepSending(lab, server, ['INCR', 'n']);
      await lab.until(server, 'rdb_last_bgsave_time_sec', '0');
      return [server];
    },
  },
  {
    name: 'a save that fails, so that writes are refused',
    finds: {
      'rdb-bgsave-failing': 'critical',
      'misconf-writes-blocked': 'critical',
      'shutdown-would-lose-data': 'high',
    },
    async arrange(lab) {
      const server = await lab.start(['--save', '3600 1']);
      await server.send('SET', 'a', '1');
      await breakSaving(lab, server);
      return [server];
    },
  },
  {
    name: 'a server that may not fork',
    finds: {
      'fork-failing': 'critical',
      'rdb-bgsave-failing': 'critical',
      'misconf-writes-blocked': 'critical',
      'shutdown-would-lose-data': 'high',
    },
    async arrange(lab) {
      const server = await startForkless(lab, ['--save', '3600 1']);
      await server.send('SET', 'a', '1');
      await forbidForks(server);
      await server.send('BGSAVE');
      await lab.until(server, 'rdb_last_bgsave_status', 'err');
      return [server];
    },
  },
  {
    name: 'a child that copies nearly all the memory that is left',
    finds: { 'cow-oom-risk': 'warning' },
    target: { memoryLimitBytes: 130 * MIB },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '68mb', '--rdb-key-save-delay', '30']);
      await populate(server, 100_000, 400);
      await server.send('BGSAVE');
      await lab.until(server, 'rdb_bgsave_in_progress', '1');
      // A change on every page of memory makes the server copy it; eight values share one.
      const changes = Array.from({ length: 12_500 }, (_none, at) => ['SETRANGE', `key:${8 * at}`, '0', 'y']);
      lab.keepDoing(() => pipeline(server, changes));
      await lab.until(server, 'current_cow_size', (bytes) => Number(bytes) > 40 * MIB);
      return [server];
    },
  },
  {
    name: 'an append-only file on a full disk',
    finds: { 'aof-write-error': 'critical', 'misconf-writes-blocked': 'critical', 'shutdown-would-lose-data': 'high' },
    on: MULTI_PART,
    async arrange(lab) {
      const server = await lab.start(AOF);
      await fillDisk(lab, server);
      return [server];
    },
  },
  {
    name: 'a rewrite of the append-only file that fails',
    finds: { 'aof-rewrite-failing': 'high' },
    on: MULTI_PART,
    async arrange(lab) {
      const server = await lab.start(AOF);
      await mkdir(part(server, '2.base.rdb'));
      await server.send('BGREWRITEAOF');
      await lab.until(server, 'aof_last_bgrewrite_status', 'err');
      return [server];
    },
  },
  {
    name: 'an append-only file that grows while automatic rewrites are off',
    finds: { 'aof-size-runaway': 'warning' },
    async arrange(lab) {
      const server = await lab.start([...AOF, '--auto-aof-rewrite-percentage', '0']);
      await keepSending(lab, server, ['INCR', 'n']);
      return [server];
    },
  },
  {
    name: 'an append-only file that is rewritten over and over',
    finds: { 'aof-rewrite-too-frequent': 'warning' },
    on: MULTI_PART,
    async arrange(lab) {
      const server = await lab.start([...AOF, '--auto-aof-rewrite-min-size', '1kb']);
      lab.keepDoing(
        () =>
          pipeline(
            server,
            Array.from({ length: 100 }, () => ['INCR', 'n']),
          ),
        50,
      );
      await lab.until(server, 'aof_rewrites', (count) => Number(count) >= 3);
      return [server];
    },
  },
  {
    name: 'an append-only file without an RDB preamble',
    finds: { 'aof-no-preamble': 'info' },
    arrange: async (lab) => [await lab.start([...AOF, '--aof-use-rdb-preamble', 'no'])],
  },
  {
    name: 'a primary that loads its data after a restart',
    finds: { 'instance-loading': 'critical' },
    async arrange(lab) {
      const first = await lab.start(DEFAULTS);
      await populate(first, 20_000);
      await first.send('SAVE');
      first.kill('SIGKILL');
      const slow = ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'];
      return [await lab.start([...DEFAULTS, ...slow], { dir: first.dir })];
    },
  },
];

function part(server: RedisServer, name: string): string {
  return join(server.dir, 'appendonlydir', `appendonly.aof.${name}`);
}
