import type { RedisServer } from '../../../demo/redis-server.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { type Lab, pipeline, populate, resp, type Scenario } from '../lab.ts';

const BIG = 500_000;

/** Connections that hold too much, and what the server does about it. */
export const clientBuffers: readonly Scenario[] = [
  {
    name: 'a client that asks for much and reads nothing',
    seconds: 0.5,
    finds: { 'client-output-buffer-bloat': 'critical', 'overhead-dominates-maxmemory': 'warning' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '100mb']);
      await server.send('SET', 'big', 'x'.repeat(BIG));
      await deaf(lab, server, 'feed', 'GET', 80);
      await lab.until(server, 'mem_clients_normal', (held) => Number(held) > 35_000_000);
      return [server];
    },
  },
  {
    name: 'a cache whose memory is taken by replies that nobody reads',
    seconds: 0.5,
    finds: { 'client-output-buffer-bloat': 'critical', 'oom-errors-despite-eviction': 'high' },
    besides: ['overhead-dominates-maxmemory', 'memory-over-limit-sustained', 'memory-near-maxmemory'],
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '10mb', '--maxmemory-policy', 'volatile-lru']);
      await populate(server, 200, 1000, 3600);
      // What is larger, newer servers keep once for all replies.
      await server.send('SET', 'big', 'x'.repeat(10_000));
      await deaf(lab, server, 'feed', 'GET', 3000);
      await lab.until(server, 'mem_clients_normal', (held) => Number(held) > 12_000_000);
      const writes = Array.from({ length: 10 }, () => ['SET', 'key', 'x']);
      lab.keepDoing(() => pipeline(server, writes), 20);
      return [server];
    },
  },
  {
    name: 'a subscriber that is slower than what is published',
    seconds: 0.5,
    finds: { 'pubsub-slow-consumer': 'warning' },
    async arrange(lab) {
      const server = await lab.start();
      await subscriber(lab, server);
      await publish(server, 1600);
      await server.send('SLOWLOG', 'RESET');
      return [server];
    },
  },
  {
    name: 'subscribers that are closed because they are too slow',
    seconds: 0.5,
    finds: { 'client-obl-disconnects': 'warning' },
    besides: ['slow-commands-present'],
    on: (engine, version) => atLeast(version, engine === 'redis' ? '7.4' : '8.0'),
    async arrange(lab) {
      const server = await lab.start(['--client-output-buffer-limit', 'pubsub 1mb 0 0']);
      lab.keepDoing(async () => {
        await subscriber(lab, server, false);
        await publish(server, 400);
      });
      return [server];
    },
  },
  {
    name: 'a client that sends one huge value bit by bit',
    seconds: 0.5,
    finds: { 'client-query-buffer-bloat': 'warning' },
    async arrange(lab) {
      const server = await lab.start();
      const socket = await lab.socket(server, 'import');
      socket.write(`*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100000000\r\n${'x'.repeat(80_000_000)}`);
      await lab.until(server, 'client_recent_max_input_buffer', (size) => Number(size) > 67_108_864);
      return [server];
    },
  },
  {
    name: 'more connections than maxmemory-clients has room for',
    seconds: 0.5,
    finds: { 'client-eviction-active': 'warning' },
    async arrange(lab) {
      const server = await lab.start(['--maxmemory-clients', '3mb']);
      await server.send('SET', 'big', 'x'.repeat(BIG));
      lab.keepDoing(() => deaf(lab, server, 'feed', 'GET', 20), 50);
      return [server];
    },
  },
  {
    name: 'a forgotten MONITOR',
    seconds: 0.5,
    finds: { 'monitor-client-attached': 'high' },
    async arrange(lab) {
      const server = await lab.start();
      const socket = await lab.socket(server, 'debugging');
      socket.write(resp('MONITOR'));
      socket.resume();
      return [server];
    },
  },
];

/** A connection that sends this often and never reads. */
async function deaf(lab: Lab, server: RedisServer, name: string, command: string, times: number): Promise<void> {
  const socket = await lab.socket(server, name);
  socket.pause();
  socket.write(resp(command, 'big').repeat(times));
}

/** So many messages of 10 kB: what is larger, newer servers keep once for all readers and count for none. */
function publish(server: RedisServer, count: number): Promise<void> {
  const message = 'x'.repeat(10_000);
  return pipeline(
    server,
    Array.from({ length: count }, () => ['PUBLISH', 'news', message]),
  );
}

async function subscriber(lab: Lab, server: RedisServer, subscribed = true): Promise<void> {
  const socket = await lab.socket(server, 'reader');
  socket.pause();
  socket.write(resp('SUBSCRIBE', 'news'));
  if (subscribed) await lab.until(server, 'pubsub_channels', '1');
}
