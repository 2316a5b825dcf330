import { type Reply, ReplyError } from '../../domain/command.ts';
import { ConnectionLost, type Loss } from '../../domain/connection-lost.ts';
import { printable } from '../../domain/printable.ts';

/** What ioredis gives, as the rest of the house knows it; rejects with ConnectionLost what is no reply. */
export function toReply(error: unknown, result: unknown): Reply {
  if (error !== null && error !== undefined) {
    if (isReplyError(error)) return new ReplyError(messageOf(error));
    throw new ConnectionLost(lossOf(messageOf(error)), messageOf(error));
  }
  if (Array.isArray(result)) return result.map((item: unknown) => toReply(null, item));
  if (result instanceof Error) return new ReplyError(result.message);
  if (Buffer.isBuffer(result)) return result.toString('latin1');
  if (typeof result === 'string' || typeof result === 'number' || result === null) return result;
  throw new Error(`RESP2 has no ${typeof result}`);
}

function lossOf(message: string): Loss {
  // What the client library adds to the message when it cannot read what came.
  if (message.endsWith('Please report this.')) return 'not-a-redis-server';
  return /timed out/i.test(message) ? 'hung' : 'unreachable';
}

export function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

export function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
