import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { listReply } from '../../../src/domain/probe.ts';
import { readLogged } from '../../../src/domain/read-log.ts';
import { atLeast } from '../../../src/domain/server.ts';
import type { Address } from '../../../src/domain/target.ts';
import { ask, type Lab, linesIn, pipeline, populate, resp, type Scenario } from '../lab.ts';

const STORE = ['--appendonly', 'yes', '--appendfsync', 'no', '--maxmemory', '500mb'];

/** What a full server is beside the fault that fills it. */
const LOADED = ['engine-cpu-saturated', 'event-loop-saturated'];

/** Engines differ tenfold in how long these commands take: what counts is that they are told. */
const EAGER = { 'slow-commands-present': { slow_ms: 2, very_slow_ms: 2 }, 'big-key-delete-blocking': { slow_ms: 2 } };

/** Fields of one hash, written without a command that is slow. */
async function bigHash(on: Address, key: string, fields: number): Promise<void> {
  const pair = (at: number) => [`field:${at}`, 'a value of some bytes'];
  await pipeline(
    on,
    Array.from({ length: fields / 10 }, (_none, row) => [
      'HSET',
      key,
      ...Array.from({ length: 10 }, (_also, at) => pair(10 * row + at)).flat(),
    ]),
  );
}

/** How many lines a whole hash of so many fields is in a reply. */
function linesOf(fields: number): number {
  return 1 + 4 * fields;
}

const BATCH = 100;

/** Little to send and much to do for the server, so that a busy machine does not keep us from filling it. */
const manyLooks = (key: string) => resp('EXISTS', ...Array.from({ length: 400 }, () => key));

/** Sends the same commands over connections that stay, as fast as they are answered. */
async function hammer(lab: Lab, on: RedisServer, request: string, connections = 2): Promise<void> {
  // The server gets the core that it asks for, where we may decide that: a busy machine must not hide that it is full.
  try {
    setPriority(on.pid, -15);
    writeFileSync(`/proc/${on.pid}/autogroup`, '-15');
  } catch {}
  for (let left = connections; left > 0; left -= 1) {
    const socket = await lab.socket(on, `load-${left}`);
    const batch = request.repeat(BATCH);
    let answers = 0;
    socket.on('data', (chunk: Buffer) => {
      answers += linesIn(chunk);
      for (; answers >= BATCH; answers -= BATCH) socket.write(batch);
    });
    socket.write(batch.repeat(4));
  }
}

/** In how many seconds a command of the load took as long as the process was stopped for. */
async function stalledSeconds(on: RedisServer): Promise<number> {
  const entries = listReply(await on.send('SLOWLOG', 'GET', '128')).map((entry) => readLogged(entry));
  return new Set(entries.flatMap(([{ command, at }, usec]) => (command === 'exists' && usec > 50_000 ? [at] : [])))
    .size;
}

/** Commands that hold the server up, fail, or fill it. */
export const commands: readonly Scenario[] = [
  {
    name: 'a job lists a keyspace of 200,000 keys with KEYS',
    finds: { 'dangerous-commands-in-use': 'critical', 'slow-commands-present': 'high' },
    besides: LOADED,
    target: { purpose: 'store', thresholds: EAGER },
    async arrange(lab) {
      const on = await lab.start(STORE);
      await populate(on, 200_000, 8);
      const job = await lab.socket(on, 'nightly-job');
      job.on('data', () => setTimeout(() => job.write(resp('KEYS', 'user:*')), 50));
      return [on];
    },
  },
  {
    name: 'a hash of 100,000 fields is read whole',
    finds: { 'bulk-read-misuse': 'warning', 'slow-commands-present': 'high' },
    root: ['bulk-read-misuse', 'big-key'],
    besides: [...LOADED, 'large-replies', 'big-key'],
    target: { purpose: 'store', thresholds: EAGER },
    async arrange(lab) {
      const on = await lab.start([...STORE, '--slowlog-log-slower-than', '2000']);
      await bigHash(on, 'sessions', 100_000);
      const reader = await lab.socket(on, 'report');
      lab.keepDoing(() => ask(reader, resp('HGETALL', 'sessions'), linesOf(100_000)), 50);
      return [on];
    },
  },
  {
    name: 'most hashes are small and a few are huge',
    alone: true,
    seconds: 2,
    finds: { 'command-latency-p99-high': 'warning' },
    root: ['bulk-read-misuse', 'big-key', 'command-latency-p99-high', 'slow-commands-present', 'large-replies'],
    besides: [...LOADED, 'bulk-read-misuse', 'slow-commands-present', 'big-key', 'large-replies'],
    target: { purpose: 'store', thresholds: { 'command-latency-p99-high': { p99_ms: 1 } } },
    on: (engine, version) => engine === 'valkey' || atLeast(version, '7.0'),
    async arrange(lab) {
      const on = await lab.start(STORE);
      await bigHash(on, 'huge', 20_000);
      await bigHash(on, 'small', 10);
      const reader = await lab.socket(on, 'web');
      const calls = `${resp('HGETALL', 'small').repeat(30)}${resp('HGETALL', 'huge')}`;
      lab.keepDoing(() => ask(reader, calls, 30 * linesOf(10) + linesOf(20_000)), 20);
      await lab.until(on, 'total_commands_processed', (count) => Number(count) > 2500);
      return [on];
    },
  },
  {
    name: 'large hashes are removed with DEL',
    finds: { 'big-key-delete-blocking': 'warning' },
    root: ['big-key-delete-blocking', 'big-key'],
    besides: ['slow-commands-present', 'big-key'],
    target: { purpose: 'store', thresholds: EAGER },
    async arrange(lab) {
      const on = await lab.start([...STORE, '--slowlog-log-slower-than', '2000', '--lazyfree-lazy-user-del', 'no']);
      for (let at = 0; at < 3; at += 1) await bigHash(on, `batch:${at}`, 100_000);
      const janitor = await lab.socket(on, 'janitor');
      for (let at = 0; at < 3; at += 1) janitor.write(resp('DEL', `batch:${at}`));
      return [on];
    },
  },
  {
    name: 'values are pasted into the text of scripts',
    finds: { 'eval-inline-churn': 'info' },
    besides: ['script-cache-bloat'],
    root: ['script-cache-bloat'],
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      const socket = await lab.socket(on, 'web');
      socket.resume();
      let at = 0;
      lab.keepDoing(async () => {
        at += 1;
        socket.write(resp('EVAL', `return redis.call('SET', KEYS[1], '${at}')`, '1', 'k'));
      }, 5);
      return [on];
    },
  },
  {
    name: 'a program meets keys of another type',
    finds: { 'error-rate-spike': 'warning' },
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      await pipeline(on, [['RPUSH', 'cart:1', 'a']]);
      const socket = await lab.socket(on, 'web');
      socket.resume();
      lab.keepDoing(async () => void socket.write(`${resp('GET', 'cart:1')}${resp('PING').repeat(9)}`), 20);
      return [on];
    },
  },
  {
    name: 'the bits of a bitmap are counted without end',
    alone: true,
    finds: { 'engine-cpu-saturated': 'warning' },
    besides: ['event-loop-saturated'],
    // On a busy machine the server gets less than the whole core that it asks for.
    target: { purpose: 'store', thresholds: { 'engine-cpu-saturated': { warning: 0.3, critical: 0.4 } } },
    seconds: 1.5,
    async arrange(lab) {
      const on = await lab.start(STORE);
      await pipeline(on, [['SETBIT', 'visitors', '8000000', '1']]);
      await hammer(lab, on, resp('BITCOUNT', 'visitors'));
      return [on];
    },
  },
  {
    name: 'one key takes the work of its shard, and the cluster counts by slot',
    alone: true,
    finds: { 'hot-key-suspected': 'warning' },
    besides: [...LOADED, 'cluster-primary-without-replica', 'fast-command-spikes'],
    root: ['hot-key-suspected', 'cluster-primary-without-replica'],
    // On a busy machine the server gets less than the whole core that it asks for.
    target: { purpose: 'store', kind: 'cluster', thresholds: { 'hot-key-suspected': { busy: 0.2, share: 0.1 } } },
    seconds: 1.5,
    on: (engine, version) => engine === 'valkey' && atLeast(version, '8.0'),
    async arrange(lab) {
      const on = await lab.start([...STORE, '--cluster-enabled', 'yes', '--cluster-slot-stats-enabled', 'yes']);
      await on.send('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      for (let left = 100; left > 0 && (await on.send('SET', 'k', 'v')) !== 'OK'; left -= 1) await sleep(50);
      await populate(on, 200);
      await hammer(lab, on, manyLooks('k'));
      return [on];
    },
  },
  {
    name: 'the process is stopped from outside, again and again',
    alone: true,
    finds: { 'fast-command-spikes': 'warning' },
    besides: LOADED,
    target: { purpose: 'cache' },
    async arrange(lab) {
      const on = await lab.start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
      await hammer(lab, on, manyLooks('total'));
      lab.keepDoing(async () => {
        on.kill('SIGSTOP');
        await sleep(70);
        on.kill('SIGCONT');
      }, 50);
      // Only a stop in the midst of a command is in the log.
      for (let left = 200; left > 0 && (await stalledSeconds(on)) < 4; left -= 1) await sleep(100);
      return [on];
    },
  },
  {
    name: 'a hash of 20,000 fields lies there',
    finds: { 'big-key': 'warning' },
    target: { purpose: 'store' },
    on: (engine, version) => engine === 'redis' && atLeast(version, '8.0'),
    async arrange(lab) {
      const on = await lab.start(STORE);
      await bigHash(on, 'sessions', 20_000);
      return [on];
    },
  },
];
