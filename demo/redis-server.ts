import { Redis } from 'ioredis';
import { type Reply, ReplyError } from '../src/domain/command.ts';
import { type ScratchServer, type ScratchServerOptions, startServer } from '../src/io/scratch/server.ts';
import { findRedis } from './redis-binary.ts';

export { guard } from '../src/io/scratch/child.ts';
export { freePort } from '../src/io/scratch/server.ts';

/** The installed server program when none is named. */
export type RedisServerOptions = Omit<ScratchServerOptions, 'binary'> & Partial<Pick<ScratchServerOptions, 'binary'>>;

/** A real server of our own that can be spoken to. */
export interface RedisServer extends ScratchServer {
  url: string;
  /** Sends one command on a connection of its own; an error reply comes back as a value. */
  send(...words: [string, ...string[]]): Promise<Reply>;
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startServer({ binary: findRedis(), ...options });
  const { host, port } = server;
  const { args = [] } = options;
  const password = args[args.indexOf('--requirepass') + 1];
  const auth = args.includes('--requirepass') && password !== undefined ? password : undefined;
  return {
    ...server,
    url: `redis://${auth === undefined ? '' : `:${encodeURIComponent(auth)}@`}${host}:${port}`,
    send: (...command) => sendTo({ host, port, auth }, command),
  };
}

/** Sends one command to a server on a connection of its own; an error reply comes back as a value. */
export async function sendTo(
  { host, port, user, auth }: { host: string; port: number; user?: string | undefined; auth?: string | undefined },
  [name, ...words]: readonly [string, ...string[]],
): Promise<Reply> {
  const redis = new Redis({
    host,
    port,
    ...(user === undefined ? {} : { username: user }),
    ...(auth === undefined ? {} : { password: auth }),
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    disconnectTimeout: 100,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.call(name, ...words)) as Reply;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return new ReplyError(error.message);
    throw error;
  } finally {
    redis.disconnect();
  }
}
