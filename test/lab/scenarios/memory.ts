import { pipeline, populate, resp, type Scenario } from '../lab.ts';

const MIB = 1024 * 1024;

/** A busy test machine holds a script up for longer than the 10 ms from which it would be logged as slow. */
const PATIENT = ['--slowlog-log-slower-than', '90000'];

/** Limits, buffers, scripts and tables that take memory. */
export const memory: readonly Scenario[] = [
  {
    name: 'nobody set maxmemory, and the container is almost full',
    seconds: 0.5,
    finds: { 'maxmemory-unset': 'high', 'rss-near-memory-limit': 'critical' },
    target: { memoryLimitBytes: 100 * MIB },
    async arrange(lab) {
      const server = await lab.start();
      await server.send('DEBUG', 'POPULATE', '100', 'key', String(MIB - 1000));
      await server.send('SLOWLOG', 'RESET');
      await lab.until(server, 'used_memory_rss', (value) => Number(value) >= 96 * MIB);
      return [server];
    },
  },
  {
    name: 'maxmemory is all that the container has',
    seconds: 0.5,
    finds: { 'maxmemory-exceeds-host': 'high' },
    target: { memoryLimitBytes: 200 * MIB },
    arrange: async (lab) => [await lab.start(['--maxmemory', '200mb', '--maxmemory-policy', 'allkeys-lru'])],
  },
  {
    name: 'a replication backlog that is made for a larger server',
    seconds: 0.5,
    finds: { 'overhead-dominates-maxmemory': 'critical' },
    async arrange(lab) {
      const primary = await lab.start(['--maxmemory', '60mb', '--repl-backlog-size', '40mb', '--appendonly', 'yes']);
      const replica = await lab.replica(primary, ['--maxmemory', '60mb', '--appendonly', 'yes']);
      const value = 'x'.repeat(100_000);
      for (let at = 0; at < 5; at += 1) {
        await pipeline(
          primary,
          Array.from({ length: 80 }, () => ['SET', 'key', value]),
        );
      }
      await lab.until(primary, 'repl_backlog_histlen', (length) => Number(length) > 32 * MIB);
      return [primary, replica];
    },
  },
  {
    name: 'an application that writes values into the text of its scripts',
    seconds: 0.5,
    finds: { 'script-cache-bloat': 'warning' },
    async arrange(lab) {
      const server = await lab.start(PATIENT);
      let at = 0;
      const scripts = (count: number) => {
        at += count;
        return Array.from({ length: count }, (_none, back) => ['EVAL', `return ${at - back}`, '0']);
      };
      await pipeline(server, scripts(1001));
      lab.keepDoing(() => pipeline(server, scripts(20)), 20);
      return [server];
    },
  },
  {
    name: 'a script that built a very long string',
    seconds: 0.5,
    finds: { 'lua-vm-memory-high': 'warning' },
    async arrange(lab) {
      const server = await lab.start();
      await server.send('EVAL', "local s = 'x' for i = 1, 27 do s = s .. s end return #s", '0');
      await server.send('SLOWLOG', 'RESET');
      return [server];
    },
  },
  {
    name: 'clients that track more keys than the server will remember',
    seconds: 0.5,
    finds: { 'tracking-table-bloat': 'warning' },
    async arrange(lab) {
      const server = await lab.start(['--tracking-table-max-keys', '1000']);
      await populate(server, 950);
      const cache = await lab.socket(server, 'local-cache');
      cache.write(resp('HELLO', '3') + resp('CLIENT', 'TRACKING', 'ON'));
      for (let at = 0; at < 950; at += 1) cache.write(resp('GET', `key:${at}`));
      await lab.until(server, 'tracking_total_keys', '950');
      return [server];
    },
  },
];
