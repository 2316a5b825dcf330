import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { textReply } from '../../../src/domain/probe.ts';
import { breakSaving, type Lab, pipeline, populate } from '../../lab/lab.ts';
import { persistence as scenarios } from '../../lab/scenarios/persistence.ts';
import { ADVICE, type LoopCase, scenarioNamed } from '../loop-case.ts';

const MIB = 1024 * 1024;
const AOF = ['--appendonly', 'yes'];
const HOURLY = ['--save', '3600 1'];

/** A server whose snapshots fail, so that it refuses writes. */
async function cannotSave(lab: Lab) {
  const server = await lab.start(HOURLY);
  await server.send('SET', 'a', '1');
  await breakSaving(lab, server);
  return server;
}

const ANY_FLUSH_IS_SLOW = { thresholds: { 'aof-fsync-always-slow': { warningMs: 0 } } };

/** A server that flushes at every write, and remembers what took a millisecond. */
async function flushesAlways(lab: Lab, more: readonly string[] = []) {
  const server = await lab.start([...AOF, '--appendfsync', 'always', '--latency-monitor-threshold', '1', ...more]);
  const events = async () => textReply(await server.send('LATENCY', 'DOCTOR'));
  for (let left = 100; left > 0 && !(await events()).includes('aof-fsync-always'); left -= 1) {
    await server.send('SET', 'large', 'x'.repeat(8 * MIB));
  }
  return server;
}

export const persistence: readonly LoopCase[] = [
  {
    playbook: 'bgsave',
    name: 'the disk is repaired, and writes are refused until a snapshot succeeds',
    undo: 'none',
    async arrange(lab) {
      const server = await cannotSave(lab);
      await rmdir(join(server.dir, 'dump.rdb'));
      return [server];
    },
  },
  {
    playbook: 'unblock-writes',
    name: 'snapshots fail, so that writes are refused',
    undo: 'as-before',
    stillBroken: true,
    arrange: async (lab) => [await cannotSave(lab)],
  },
  {
    playbook: 'enable-aof',
    ...scenarioNamed(scenarios, 'a store that restarts empty'),
    undo: 'as-before',
  },
  {
    playbook: 'set-save-points',
    ...scenarioNamed(scenarios, 'a store that restarts empty'),
    undo: 'as-before',
  },
  {
    playbook: 'snapshot-more-often',
    name: 'a store may lose five minutes and takes a snapshot an hour',
    target: { purpose: 'store', objectives: { dataLossSeconds: 300 } },
    undo: 'as-before',
    arrange: async (lab) => [await lab.start(HOURLY)],
  },
  {
    playbook: 'relax-snapshots',
    ...scenarioNamed(scenarios, 'save points so close that one snapshot follows the other'),
    undo: 'as-before',
  },
  {
    playbook: 'pause-snapshots',
    name: 'a snapshot copies nearly all the memory that is left',
    target: { memoryLimitBytes: 130 * MIB },
    undo: 'as-before',
    application: 'none',
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '68mb', '--rdb-key-save-delay', '30', ...HOURLY]);
      await populate(server, 100_000, 400);
      await server.send('BGSAVE');
      await lab.until(server, 'rdb_bgsave_in_progress', '1');
      const changes = Array.from({ length: 12_500 }, (_none, at) => ['SETRANGE', `key:${8 * at}`, '0', 'y']);
      lab.keepDoing(() => pipeline(server, changes));
      await lab.until(server, 'current_cow_size', (bytes) => Number(bytes) > 40 * MIB);
      return [server];
    },
  },
  {
    playbook: 'rewrite-aof',
    name: 'rewrites of the append-only file failed, and the disk is repaired',
    undo: 'none',
    async arrange(lab) {
      const [server] = await scenarioNamed(scenarios, 'a rewrite of the append-only file that fails').arrange(lab);
      const [started] = lab.servers;
      if (!server || !started) throw new Error('no server');
      await rmdir(join(started.dir, 'appendonlydir', 'appendonly.aof.2.base.rdb'));
      return [server];
    },
  },
  {
    playbook: 'resume-aof-rewrites',
    ...scenarioNamed(scenarios, 'an append-only file that grows while automatic rewrites are off'),
    undo: 'as-before',
  },
  {
    playbook: 'tune-aof-rewrite',
    ...scenarioNamed(scenarios, 'an append-only file that is rewritten over and over'),
    undo: 'as-before',
  },
  {
    playbook: 'write-aof-preamble',
    ...scenarioNamed(scenarios, 'an append-only file without an RDB preamble'),
    asked: { because: ADVICE, finds: 'aof-no-preamble' },
    undo: 'as-before',
  },
  {
    playbook: 'relax-fsync',
    name: 'each write waits for the disk',
    target: ANY_FLUSH_IS_SLOW,
    undo: 'as-before',
    arrange: async (lab) => [await flushesAlways(lab)],
  },
  {
    playbook: 'spare-fsync-on-rewrite',
    name: 'the disk is slow while the append-only file is rewritten',
    asked: { because: 'it takes a disk that flushes for longer than two seconds, which no test can have' },
    undo: 'as-before',
    arrange: async (lab) => [await lab.start(AOF)],
  },
  {
    playbook: 'move-persistence-to-replica',
    name: 'the disk of a primary is slow, and it has a replica',
    target: { kind: 'replication', ...ANY_FLUSH_IS_SLOW },
    undo: 'as-before',
    async arrange(lab) {
      const primary = await flushesAlways(lab, HOURLY);
      return [primary, await lab.replica(primary)];
    },
  },
];
