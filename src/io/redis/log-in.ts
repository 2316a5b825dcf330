import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Reply, ReplyError } from '../../domain/command.ts';
import type { UnreadCause } from '../../domain/snapshot.ts';
import { type Address, type Credentials, reachableAt, type Target, type Tls } from '../../domain/target.ts';
import type { Opened } from '../../flow/ports.ts';
import { authDetail, certifiedAs, type Greeting, greet, greetingIn } from '../greeting.ts';
import { answer, CONNECT_MS, connectionTo, end } from './connection.ts';
import { messageOf } from './replies.ts';

/** How connections call themselves in CLIENT LIST. */
export const NAME = 'redis-medic';

interface Manner {
  /** How long one answer may take, ms. */
  commandMs: number;
  /** SCRIPT KILL is for a server that refuses everything else. */
  despiteBusy: boolean;
}
export const READING: Manner = { commandMs: 1500, despiteBusy: false };
/** CONFIG SET maxmemory can evict and CONFIG REWRITE waits for the disk: longer than a question. */
export const WRITING: Manner = { commandMs: 5000, despiteBusy: true };

/** From the first packet to a session that can be asked. */
const OPEN_MS = 3000;

/** A server that is well answers before this; why another one does not is looked into meanwhile. */
const SOON_MS = 200;

export interface Session {
  redis: Redis;
  admitsAnyone: boolean;
}

export function wayTo(announced: Address, target: Target): { address: Address; tls: Tls | undefined } {
  const address = reachableAt(target, announced);
  return { address, tls: target.tls && certifiedAs(announced, address, target.tls) };
}

/** Connects and logs in, or says why not, within the time that one node may cost. */
export async function open(
  announced: Address,
  target: Target,
  credentials: Credentials,
  manner: Manner,
): Promise<Opened<Session>> {
  const { address, tls } = wayTo(announced, target);
  const redis = connectionTo(address, tls, manner.commandMs);
  const late = Promise.withResolvers<Opened<Session>>();
  const timer = setTimeout(() => late.resolve(refused('hung', `no session within ${OPEN_MS / 1000} s`)), OPEN_MS);
  const attempt = logIn(redis, address, credentials, tls, manner);
  const opened = await Promise.race([attempt, late.promise]);
  clearTimeout(timer);
  // Also what comes too late is closed, as nobody holds it any more.
  if (opened.kind === 'refused') void attempt.then(() => end(redis));
  return opened;
}

async function logIn(
  redis: Redis,
  address: Address,
  credentials: Credentials,
  tls: Tls | undefined,
  manner: Manner,
): Promise<Opened<Session>> {
  const entering = enter(redis, credentials, manner);
  const soon = await Promise.race([entering, sleep(SOON_MS, undefined, { ref: false })]);
  if (soon && soon.kind !== 'failed') return soon;
  // A client library hides most of the reasons why a connection does not work; a raw one shows them.
  const greeting = await greet(address, tls, CONNECT_MS);
  // The last place may be our own.
  if (greeting.kind === 'refused' && greeting.cause !== 'max-clients' && !isPassed(greeting, manner)) return greeting;
  const entered = await entering;
  if (entered.kind !== 'failed') return entered;
  if (greeting.kind === 'refused') return greeting;
  return refused(/timed out/i.test(entered.why) ? 'hung' : 'unreachable', entered.why);
}

/** Connects, greets as a stranger and logs in, all over one connection. */
async function enter(
  redis: Redis,
  { username, password }: Credentials,
  manner: Manner,
): Promise<Opened<Session> | { kind: 'failed'; why: string }> {
  const anonymous = username === undefined && password === undefined;
  // The connection's own error comes as an event; connect() rejects only with "Connection is closed."
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    // Redis 8.0.6, Valkey 8.0.1 and 8.1.1 never answer what follows a refused command before the login in one go.
    const greeting = greetingIn(lineOf(await answer(redis.call('PING'))));
    if (greeting.kind === 'refused' && !isPassed(greeting, manner)) return greeting;
    if (greeting.kind === 'redis' && greeting.wantsAuth && anonymous) {
      return refused('auth-required', 'it asks for a password and none is set for this target');
    }
    // Not left to ioredis, which goes on as the default user when the server has no password.
    const words = username === undefined ? [password ?? ''] : [username, password ?? ''];
    const admitted = anonymous ? 'OK' : await answer(redis.call('AUTH', ...words));
    if (admitted instanceof ReplyError) return refused('auth-refused', authDetail(admitted.message, username));
    redis.call('CLIENT', 'SETNAME', NAME).catch(() => undefined);
    return { kind: 'open', session: { redis, admitsAnyone: greeting.kind === 'redis' && greeting.admitsAnyone } };
  } catch (error) {
    return { kind: 'failed', why: messageOf(last ?? error) };
  }
}

/** AUTH is answered while a script runs, so who may end it gets in. */
function isPassed(greeting: Extract<Greeting, { kind: 'refused' }>, { despiteBusy }: Manner): boolean {
  return despiteBusy && greeting.cause === 'busy';
}

/** A reply to PING as it came over the wire. */
export function lineOf(reply: Reply): string {
  if (reply instanceof ReplyError) return `-${reply.message}`;
  return typeof reply === 'string' ? `+${reply}` : JSON.stringify(reply);
}

export function refused(cause: UnreadCause, detail: string): { kind: 'refused'; cause: UnreadCause; detail: string } {
  return { kind: 'refused', cause, detail };
}
