import type { RedisServer } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';

/** What a server answers as text, an error reply as its message. */
export async function answer(server: RedisServer, ...words: [string, ...string[]]): Promise<string> {
  const reply = await server.send(...words);
  if (reply instanceof ReplyError) return reply.message;
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}
