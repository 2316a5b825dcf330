import type { RedisServer } from '../../../demo/redis-server.ts';
import { type Lab, pipeline, populate, type Scenario } from '../lab.ts';

/** Caches that lose what they should keep, and keys that come to their end. */
export const eviction: readonly Scenario[] = [
  {
    name: 'a cache that is far too small for what is asked of it',
    seconds: 0.5,
    finds: { 'eviction-active-cache-thrash': 'warning', 'low-hit-ratio': 'warning' },
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru']);
      await populate(server, 50_000, 400);
      let at = 0;
      lab.keepDoing(() =>
        pipeline(
          server,
          Array.from({ length: 500 }, () => {
            at = (at + 7919) % 50_000;
            return at % 2 === 0 ? ['STRLEN', `key:${at}`] : ['SET', `key:${at}`, 'x'.repeat(400)];
          }),
        ),
      );
      return [server];
    },
  },
  {
    name: 'a store under the policy of a cache',
    seconds: 0.5,
    finds: { 'eviction-of-durable-data': 'critical', 'memory-near-maxmemory': 'critical' },
    target: { purpose: 'store' },
    async arrange(lab) {
      const server = await full(lab, 'allkeys-lru', ['--appendonly', 'yes']);
      keepWriting(lab, server);
      return [server];
    },
  },
  {
    name: 'workers take from a stream that the policy may evict, and nobody declared what it is',
    seconds: 0.5,
    finds: { 'eviction-of-durable-data': 'warning' },
    async arrange(lab) {
      const server = await full(lab, 'allkeys-lru');
      keepWriting(lab, server);
      lab.keepDoing(() => server.send('XADD', 'jobs', 'MAXLEN', '10', '*', 'job', '1'), 10);
      return [server];
    },
  },
  {
    name: 'maxmemory was lowered at once under a tenacity without an end',
    seconds: 0.5,
    finds: { 'eviction-latency': 'warning' },
    // A quick machine evicts all this in less than the usual bound.
    target: { thresholds: { 'eviction-latency': { slow_ms: 20 } } },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory-policy', 'allkeys-random', '--latency-monitor-threshold', '10']);
      await server.send('DEBUG', 'POPULATE', '500000', 'key', '10');
      await server.send('CONFIG', 'SET', 'maxmemory-eviction-tenacity', '100');
      await server.send('CONFIG', 'SET', 'maxmemory', '15mb');
      await lab.until(server, 'evicted_keys', (keys) => Number(keys) > 50_000);
      await server.send('SLOWLOG', 'RESET');
      return [server];
    },
  },
  {
    name: 'a cache that neither evicts nor lets its keys expire',
    seconds: 0.5,
    finds: { 'keys-without-ttl-in-cache': 'warning' },
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction']);
      await populate(server, 1500);
      await populate(server, 100, 10, 3600);
      return [server];
    },
  },
  {
    name: 'half a million keys with the same end',
    seconds: 0.5,
    finds: { 'expiry-storm': 'warning', 'expire-backlog-stale': 'high' },
    root: 'expiry-storm',
    async arrange(lab) {
      const server = await lab.start();
      await expired(server, 600_000);
      await server.send('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
      await lab.until(server, 'expired_stale_perc', (percent) => Number(percent) > 15);
      return [server];
    },
  },
];

/** A server that is full under this policy. */
async function full(lab: Lab, policy: string, args: readonly string[] = []): Promise<RedisServer> {
  const server = await lab.start(['--maxmemory', '20mb', '--maxmemory-policy', policy, ...args]);
  await populate(server, 60_000, 400);
  return server;
}

function keepWriting(lab: Lab, server: RedisServer): void {
  let at = 0;
  lab.keepDoing(() => {
    at += 1;
    return server.send('SET', `new:${at}`, 'x'.repeat(10_000));
  }, 10);
}

/** So many keys that are past their time and not deleted yet. */
async function expired(server: RedisServer, count: number): Promise<void> {
  await server.send('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
  const script = "for i = ARGV[1], ARGV[2] do redis.call('SET', 'key:' .. i, 'x', 'PX', 1) end";
  const step = 100_000;
  for (let at = 0; at < count; at += step) {
    await server.send('EVAL', script, '0', String(at), String(at + step - 1));
  }
  await server.send('SLOWLOG', 'RESET');
}
