import type { RedisServer } from '../../demo/redis-server.ts';
import { copyOver } from '../../src/io/wire/copy.ts';
import { gather } from './gather.ts';
import { plainTarget } from './target.ts';

/** What a server holds, as an RDB file. */
export async function rdbOf(server: RedisServer): Promise<Buffer> {
  const opened = await copyOver()(server, plainTarget({ seeds: [server] }));
  if (opened.kind === 'refused') throw new Error(opened.because);
  return gather(opened.copy.bytes);
}

/** A file in pieces of this size. */
export async function* inPieces(bytes: Buffer, size = 65_536): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
