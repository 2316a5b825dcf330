import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { listReply } from '../../../src/domain/probe.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { type Lab, pipeline, resp } from '../../lab/lab.ts';
import { clientBuffers } from '../../lab/scenarios/client-buffers.ts';
import { commands } from '../../lab/scenarios/commands.ts';
import { config } from '../../lab/scenarios/config.ts';
import { eviction } from '../../lab/scenarios/eviction.ts';
import { fragmentation } from '../../lab/scenarios/fragmentation.ts';
import { memory as scenarios } from '../../lab/scenarios/memory.ts';
import { ADVICE, type LoopCase, scenarioNamed } from '../loop-case.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** 20 MB of data under noeviction and a limit just above it: writes are refused. */
async function fullServer(lab: Lab): Promise<RedisServer[]> {
  const server = await lab.start(['--maxmemory-policy', 'noeviction']);
  for (let at = 0; at < 20; at += 1) await server.send('SET', `filler:${at}`, 'x'.repeat(MIB));
  await server.send('CONFIG', 'SET', 'maxmemory', '20mb');
  return [server];
}

/** Connections that hold this many replies each for a moment, one after the other. */
async function greedy(lab: Lab, server: RedisServer, replies: number): Promise<void> {
  const socket = await lab.socket(server, 'export');
  socket.pause();
  socket.write(resp('GET', 'big').repeat(replies));
  await sleep(300);
  socket.destroy();
}

export const memory: readonly LoopCase[] = [
  {
    playbook: 'raise-maxmemory',
    name: 'a full store refuses writes',
    undo: 'as-before',
    arrange: fullServer,
    // Lowered again while more is in use, writes would be refused at once: the undo waits for that.
    async after({ lab }) {
      const filled = Array.from({ length: 10 }, (_none, at) => `filler:${at}`);
      await lab.servers[0]?.send('UNLINK', ...filled);
    },
  },
  {
    playbook: 'evict-for-cache',
    name: 'a full cache refuses writes instead of evicting',
    target: { purpose: 'cache' },
    undo: 'as-before',
    stillBroken: true,
    loses: /keys/,
    arrange: fullServer,
  },
  {
    playbook: 'evict-by-frequency',
    ...scenarioNamed(eviction, 'a cache that is far too small for what is asked of it'),
    undo: 'as-before',
    application: 'none',
  },
  {
    playbook: 'evict-harder',
    name: 'a cache may hardly spend time on evicting',
    target: { purpose: 'cache', thresholds: { 'memory-over-limit-sustained': { exceeded_ms: 100 } } },
    seconds: 0.5,
    windowSeconds: 20,
    undo: 'as-before',
    application: 'none',
    async arrange(lab) {
      const slowly = ['--maxmemory-eviction-tenacity', '0', '--maxmemory-samples', '64'];
      const server = await lab.start(['--maxmemory-policy', 'allkeys-lru', ...slowly]);
      await server.send('DEBUG', 'POPULATE', '600000', 'key', '10');
      await server.send('SLOWLOG', 'RESET');
      await server.send('CONFIG', 'SET', 'maxmemory', '20mb');
      return [server];
    },
  },
  {
    playbook: 'keep-durable-data',
    ...scenarioNamed(eviction, 'a store under the policy of a cache'),
    undo: 'none',
    application: 'none',
  },
  {
    playbook: 'limit-memory',
    name: 'nobody set a limit, and the container has one',
    target: { memoryLimitBytes: GIB },
    undo: 'as-before',
    arrange: async (lab) => [await lab.start()],
  },
  {
    playbook: 'lower-maxmemory',
    name: 'maxmemory is all that the container has',
    target: { memoryLimitBytes: 2 * GIB },
    undo: 'as-before',
    arrange: async (lab) => [await lab.start(['--maxmemory', '2gb', '--maxmemory-policy', 'allkeys-lru'])],
  },
  {
    playbook: 'lazy-free',
    ...scenarioNamed(commands, 'large hashes are removed with DEL'),
    undo: 'as-before',
  },
  {
    playbook: 'spread-expiry',
    name: 'more keys come to their end than the server removes',
    windowSeconds: 20,
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start();
      const ending = "for i = 1, 2000 do redis.call('SET', ARGV[1] .. i, 'x', 'PX', 1) end";
      let at = 0;
      const batch = () =>
        Array.from({ length: 10 }, () => {
          at += 1;
          return ['EVAL', ending, '0', `${at}:`];
        });
      let isTold = false;
      lab.keepDoing(async () => {
        // The owner of the application hears of it with the repair, and spreads them.
        isTold ||= listReply(await server.send('CONFIG', 'GET', 'active-expire-effort'))[1] === '4';
        if (!isTold) await pipeline(server, batch());
      }, 20);
      await lab.until(server, 'expired_stale_perc', (percent) => Number(percent) > 30);
      return [server];
    },
  },
  {
    playbook: 'reset-encodings',
    ...scenarioNamed(config, 'odd settings: huge compact hashes, a fast clock, two databases'),
    asked: { because: ADVICE, finds: 'encoding-limits-extreme' },
    undo: 'as-before',
    application: 'quiet',
  },
  {
    playbook: 'reset-hz',
    ...scenarioNamed(config, 'odd settings: huge compact hashes, a fast clock, two databases'),
    asked: { because: ADVICE, finds: 'hz-extreme' },
    undo: 'as-before',
  },
  {
    playbook: 'purge-fragmentation',
    ...scenarioNamed(fragmentation, 'all was deleted, and the allocator keeps it for a while'),
    // The allocator gives it back by itself within seconds, also while somebody looks.
    asked: { because: ADVICE },
    undo: 'none',
  },
  {
    playbook: 'free-client-buffers',
    ...scenarioNamed(clientBuffers, 'a client that asks for much and reads nothing'),
    undo: 'none',
  },
  {
    playbook: 'limit-client-buffers',
    name: 'a client that asks for much more than it reads',
    target: { memoryLimitBytes: GIB },
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '200mb']);
      await server.send('SET', 'big', 'x'.repeat(500_000));
      const socket = await lab.socket(server, 'export');
      socket.pause();
      socket.write(resp('GET', 'big').repeat(160));
      await lab.until(server, 'mem_clients_normal', (held) => Number(held) > 70 * MIB);
      return [server];
    },
  },
  {
    playbook: 'limit-query-buffers',
    ...scenarioNamed(clientBuffers, 'a client that sends one huge value bit by bit'),
    undo: 'as-before',
  },
  {
    playbook: 'raise-client-memory',
    name: 'connections are closed that hold more than all together may',
    on: (_engine, version) => atLeast(version, '7.0'),
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start(['--maxmemory-clients', '3mb']);
      // What is larger, newer servers keep once for all replies.
      await server.send('SET', 'big', 'x'.repeat(10_000));
      lab.keepDoing(() => greedy(lab, server, 400), 50);
      await lab.until(server, 'evicted_clients', (closed) => Number(closed) > 0);
      return [server];
    },
  },
  {
    playbook: 'raise-pubsub-buffer',
    ...scenarioNamed(clientBuffers, 'a subscriber that is slower than what is published'),
    undo: 'as-before',
  },
  {
    playbook: 'raise-tracking-table',
    ...scenarioNamed(scenarios, 'clients that track more keys than the server will remember'),
    undo: 'as-before',
  },
];
