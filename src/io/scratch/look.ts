import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, ReplyError } from '../../domain/command.ts';
import { parseInfo } from '../../domain/info.ts';
import type { RdbSummary } from '../../domain/rdb.ts';
import type { ScratchOutcome } from '../../flow/backup/ports.ts';
import { openSocket, type SocketSession } from '../redis/socket.ts';
import { type Ask, compareSample } from './compare.ts';
import type { Program } from './program.ts';
import type { SocketServer } from './socket-server.ts';
import { whyEnded } from './why-ended.ts';

const POLL_MS = 50;
/** A server that is well opens its socket before it loads. */
const OPEN_MS = 15_000;

/** Waits until a server has loaded its file and tells what it holds, or why it did not. */
export async function look(
  server: SocketServer,
  { engine, version }: Program,
  summary: RdbSummary,
  now: () => number,
  signal: AbortSignal | undefined,
): Promise<ScratchOutcome> {
  const began = performance.now();
  const session = await loadedSession(server, signal);
  if (!session) return refused(server);
  try {
    const seconds = (performance.now() - began) / 1000;
    const ask: Ask = (commands) => session.ask(commands);
    const held = await holdings(ask);
    const magic = engine === 'valkey' ? 'VALKEY' : 'REDIS';
    const sample = await compareSample(ask, summary.sample, magic, now, signal);
    return { kind: 'loaded', engine, version, seconds, ...held, sample };
  } catch (error) {
    signal?.throwIfAborted();
    // It ended under our questions.
    if (server.ended()) return refused(server);
    throw error;
  } finally {
    session.close();
  }
}

/** A session with the server once it holds the whole file; undefined when it ended or never opened. */
async function loadedSession(
  server: SocketServer,
  signal: AbortSignal | undefined,
): Promise<SocketSession | undefined> {
  let session: SocketSession | undefined;
  const deadline = performance.now() + OPEN_MS;
  while (!server.ended() && (session || performance.now() < deadline)) {
    if (signal?.aborted) break;
    session ??= await openSocket(server.socket, server.password);
    const [reply] = session ? await session.ask([['PING']]).catch(() => [undefined]) : [];
    if (reply === 'PONG') return session;
    if (reply === undefined) {
      session?.close();
      session = undefined;
    }
    await sleep(POLL_MS, undefined, signal && { signal }).catch(() => undefined);
  }
  session?.close();
  signal?.throwIfAborted();
  return undefined;
}

function refused(server: SocketServer): ScratchOutcome {
  const end = server.ended();
  return end
    ? { kind: 'refused', ...whyEnded(server.log(), end.signal) }
    : { kind: 'refused', because: 'the scratch server does not answer', corrupt: false };
}

type Holdings = Pick<Extract<ScratchOutcome, { kind: 'loaded' }>, 'keys' | 'expired' | 'functions' | 'digest'>;

async function holdings(ask: Ask): Promise<Holdings> {
  const [keyspace, persistence, functions] = await ask([
    ['INFO', 'keyspace'],
    ['INFO', 'persistence'],
    ['FUNCTION', 'LIST'],
  ]);
  const keys = new Map<number, number>();
  for (const [database, value] of parseInfo(text(keyspace)).withPrefix('db')) {
    keys.set(Number(database), Number(/keys=(\d+)/.exec(value)?.[1] ?? 0));
  }
  const expired = parseInfo(text(persistence)).number('rdb_last_load_keys_expired');
  // Last, as it takes the longest; some builds have no DEBUG.
  const [digest] = await ask([['DEBUG', 'DIGEST']]);
  return {
    keys,
    ...(expired !== undefined && { expired }),
    functions: Array.isArray(functions) ? functions.length : 0,
    ...(typeof digest === 'string' && /^[0-9a-f]{40}$/.test(digest) && { digest }),
  };
}

function text(reply: Reply | undefined): string {
  if (reply instanceof ReplyError) throw new Error(`a scratch server does not answer: ${reply.message}`);
  return typeof reply === 'string' ? reply : '';
}
