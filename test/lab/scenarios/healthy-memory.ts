import { pipeline, populate, resp, type Scenario } from '../lab.ts';

/** A busy test machine holds a script up for longer than the 10 ms from which it would be logged as slow. */
const PATIENT = ['--slowlog-log-slower-than', '90000'];

/** Memory, caches and clients that are well, or were ill once. */
export const healthyMemory: readonly Scenario[] = [
  {
    name: 'a full volatile-lru cache whose keys expire',
    seconds: 0.5,
    finds: {},
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '20mb', '--maxmemory-policy', 'volatile-lru']);
      await populate(server, 60_000, 400, 3600);
      let at = 0;
      lab.keepDoing(() => {
        at += 1;
        const reads = Array.from({ length: 300 }, (_none, back) => ['STRLEN', `key:${59_999 - back}`]);
        return pipeline(server, [['SET', `new:${at}`, 'x'.repeat(400), 'EX', '60'], ...reads]);
      }, 5);
      return [server];
    },
  },
  {
    name: 'a cache that has just started and misses everything',
    seconds: 0.5,
    finds: {},
    target: { purpose: 'cache' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
      await populate(server, 2000);
      const reads = Array.from({ length: 1000 }, (_none, at) => ['STRLEN', `missing:${at}`]);
      lab.keepDoing(() => pipeline(server, reads));
      return [server];
    },
  },
  {
    name: 'six hundred clients, all of them well',
    seconds: 0.5,
    finds: {},
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']);
      await populate(server, 5000);
      const sockets = await Promise.all(Array.from({ length: 600 }, (_none, at) => lab.socket(server, `app-${at}`)));
      for (const socket of sockets) socket.resume();
      lab.keepDoing(async () => {
        for (const socket of sockets) socket.write(resp('GET', 'key:1'));
      }, 100);
      return [server];
    },
  },
  {
    name: 'a store that is two thirds full and busy, in a container with room',
    seconds: 0.5,
    finds: {},
    target: { purpose: 'store', memoryLimitBytes: 256 * 1024 * 1024 },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '64mb', '--appendonly', 'yes']);
      await populate(server, 80_000, 400);
      const writes = Array.from({ length: 200 }, (_none, at) => ['SET', `key:${at}`, 'x'.repeat(400)]);
      lab.keepDoing(() => pipeline(server, [...writes, ['SET', 'big', 'x'.repeat(1_000_000)], ['UNLINK', 'big']]), 20);
      return [server];
    },
  },
  {
    name: 'an application that uses its forty scripts again and again',
    seconds: 0.5,
    finds: {},
    async arrange(lab) {
      const server = await lab.start(PATIENT);
      const scripts = Array.from({ length: 40 }, (_none, at) => ['EVAL', `return ${at}`, '0']);
      lab.keepDoing(() => pipeline(server, scripts), 5);
      return [server];
    },
  },
  {
    name: 'keys that come to their end one after the other',
    seconds: 0.5,
    finds: {},
    async arrange(lab) {
      const server = await lab.start(['--latency-monitor-threshold', '20']);
      let at = 0;
      lab.keepDoing(() => {
        at += 100;
        return pipeline(
          server,
          Array.from({ length: 100 }, (_none, back) => ['SET', `key:${at - back}`, 'x', 'PX', String(100 + back)]),
        );
      }, 20);
      return [server];
    },
  },
  {
    name: 'a subscriber that keeps up with large messages',
    seconds: 0.5,
    finds: {},
    async arrange(lab) {
      const server = await lab.start();
      const reader = await lab.socket(server, 'reader');
      reader.resume();
      reader.write(resp('SUBSCRIBE', 'news'));
      lab.keepDoing(() => server.send('PUBLISH', 'news', 'x'.repeat(1_000_000)), 20);
      return [server];
    },
  },
  {
    name: 'a store that once evicted, refused writes and closed clients',
    seconds: 0.5,
    finds: {},
    target: { purpose: 'store' },
    async arrange(lab) {
      const server = await lab.start([
        '--maxmemory',
        '10mb',
        '--maxmemory-policy',
        'allkeys-lru',
        '--appendonly',
        'yes',
      ]);
      await populate(server, 30_000, 400);
      await server.send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await populate(server, 30_000, 400);
      const hoarder = await lab.socket(server, 'hoarder');
      hoarder.pause();
      await server.send('CONFIG', 'SET', 'maxmemory-clients', '1mb');
      hoarder.write(resp('MGET', ...Array.from({ length: 3000 }, () => 'key:29999')).repeat(5));
      await lab.until(server, 'evicted_clients', (count) => Number(count) > 0);
      await server.send('CONFIG', 'SET', 'maxmemory', '100mb');
      return [server];
    },
  },
];
