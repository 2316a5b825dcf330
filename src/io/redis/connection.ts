import { Redis } from 'ioredis';
import type { Command, Reply } from '../../domain/command.ts';
import type { Address, Tls } from '../../domain/target.ts';
import { tlsOptions } from '../greeting.ts';
import { toReply } from './replies.ts';

/** Until a connection stands, in ms. */
export const CONNECT_MS = 1500;

/** One attempt at everything: a diagnosis that retries hides what it came to see, and a command must never be sent twice. */
const ONE_ATTEMPT = {
  protocol: 2,
  lazyConnect: true,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  reconnectOnError: () => false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  disableClientInfo: true,
  disconnectTimeout: 100,
} as const;

/** A connection that is still to be made; an answer that takes longer than `commandMs` is given up. */
export function connectionTo(address: Address, tls: Tls | undefined, commandMs: number): Redis {
  return new Redis({
    ...address,
    ...(tls && { tls: tlsOptions(address, tls) }),
    ...ONE_ATTEMPT,
    connectTimeout: CONNECT_MS,
    commandTimeout: commandMs,
  });
}

/** The same to a server of our own on this machine, whose answers are waited for as long as they take. */
export function connectionOver(path: string): Redis {
  return new Redis({ path, ...ONE_ATTEMPT, connectTimeout: CONNECT_MS });
}

export function end(redis: Redis): void {
  redis.on('error', () => undefined);
  redis.disconnect();
}

/** An error reply is an answer too. */
export function answer(reply: Promise<unknown>): Promise<Reply> {
  return reply.then(
    (result) => toReply(null, result),
    (error: unknown) => toReply(error, null),
  );
}

/** Commands in one go. Names of keys are bytes: each is one character here, in both directions. */
export async function roundTrip(redis: Redis, commands: readonly Command[]) {
  const began = performance.now();
  const results = await redis.pipeline(bytesOf(commands).map((each) => ['callBuffer', ...each])).exec();
  const tookMs = performance.now() - began;
  const replies = commands.map((_command, at) =>
    toReply(...(results?.[at] ?? [new Error('Connection is closed.'), null])),
  );
  return { replies, tookMs };
}

function bytesOf(commands: readonly Command[]): [string, ...Buffer[]][] {
  return commands.map(([name, ...rest]) => [name, ...rest.map((word) => Buffer.from(word, 'latin1'))]);
}
