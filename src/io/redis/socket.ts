import type { Command, Reply } from '../../domain/command.ts';
import { connectionOver, end, roundTrip } from './connection.ts';

/** A session with a server of our own on this machine. Texts hold one character a byte. */
export interface SocketSession {
  /** Waits as long as it takes. Rejects with ConnectionLost. */
  ask(commands: readonly Command[]): Promise<Reply[]>;
  close(): void;
}

/** Undefined while nobody listens there. */
export async function openSocket(path: string, password: string): Promise<SocketSession | undefined> {
  const redis = connectionOver(path);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.call('AUTH', password);
  } catch {
    end(redis);
    return undefined;
  }
  return {
    ask: async (commands) => (await roundTrip(redis, commands)).replies,
    close: () => end(redis),
  };
}
