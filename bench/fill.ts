import type { RedisServer } from '../demo/redis-server.ts';

const PIECE = 10_000;

/** So many keys of 1 KB, whose values do not compress, as those of applications that compress them. */
export async function fillWithTexts(server: RedisServer, keys: number): Promise<void> {
  const script = `
    for at = tonumber(ARGV[1]), tonumber(ARGV[2]) do
      local parts = {}
      for part = 1, 25 do parts[part] = redis.sha1hex(at .. ':' .. part) end
      redis.call('SET', 'key:' .. at, table.concat(parts))
      if at % 10 == 0 then redis.call('EXPIRE', 'key:' .. at, 1000000 + at) end
    end`;
  for (let at = 0; at < keys; at += PIECE) await server.send('EVAL', script, '0', `${at}`, `${at + PIECE - 1}`);
}
