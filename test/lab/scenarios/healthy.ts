import { pipeline, populate, resp, type Scenario } from '../lab.ts';

/** Deployments that are well, and such as only look ill. */
export const healthy: readonly Scenario[] = [
  {
    name: 'a fresh, empty server, whose fragmentation ratio is high because it is small',
    finds: {},
    arrange: async (lab) => [await lab.start()],
  },
  {
    name: 'a full LRU cache with a good hit rate',
    finds: {},
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru']);
      await populate(server, 60_000, 400);
      let at = 0;
      lab.keepDoing(async () => {
        at += 1;
        const reads = Array.from({ length: 500 }, (_none, back) => ['STRLEN', `key:${59_999 - back}`]);
        await pipeline(server, [['SET', `new:${at}`, 'x'.repeat(400)], ...reads]);
      });
      return [server];
    },
  },
  {
    name: 'twenty workers that wait for jobs',
    finds: {},
    target: { purpose: 'queue' },
    async arrange(lab) {
      const server = await lab.start(['--appendonly', 'yes']);
      for (let at = 0; at < 20; at += 1) {
        const socket = await lab.socket(server, `worker-${at}`);
        socket.write(resp('BLPOP', 'jobs', '0'));
      }
      await lab.until(server, 'blocked_clients', '20');
      return [server];
    },
  },
  {
    name: 'a server that saves right now',
    finds: {},
    target: { purpose: 'store' },
    async arrange(lab) {
      const server = await lab.start(['--appendonly', 'yes', '--rdb-key-save-delay', '1000']);
      await populate(server, 20_000);
      await lab.until(server, 'aof_rewrite_in_progress', '0');
      await server.send('BGSAVE');
      await lab.until(server, 'rdb_bgsave_in_progress', '1');
      return [server];
    },
  },
];
