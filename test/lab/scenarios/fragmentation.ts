import type { Scenario } from '../lab.ts';

/** Memory that is resident and not used. */
export const fragmentation: readonly Scenario[] = [
  {
    name: 'two of three keys were deleted, here and there',
    seconds: 0.5,
    finds: { 'fragmentation-allocator-high': 'high' },
    // What takes 256 MiB is the same with 128, in half of the time.
    target: { thresholds: { 'fragmentation-allocator-high': { bytes: 128 * 1024 * 1024 } } },
    async arrange(lab) {
      const server = await lab.start();
      const keys = 1_000_000;
      await server.send('DEBUG', 'POPULATE', String(keys), 'key', '250');
      const script = "for i = ARGV[1], ARGV[2] do if i % 3 > 0 then redis.call('DEL', 'key:' .. i) end end";
      for (let at = 0; at < keys; at += 100_000) {
        await server.send('EVAL', script, '0', String(at), String(at + 99_999));
      }
      await server.send('SLOWLOG', 'RESET');
      return [server];
    },
  },
  {
    name: 'all was deleted, and the allocator keeps it for a while',
    seconds: 0.5,
    finds: { 'rss-retained-after-peak': 'info' },
    async arrange(lab) {
      const server = await lab.start();
      await server.send('DEBUG', 'POPULATE', '200', 'key', '1000000');
      await server.send('EVAL', "for i = 0, 199 do redis.call('DEL', 'key:' .. i) end", '0');
      await server.send('SLOWLOG', 'RESET');
      return [server];
    },
  },
];
