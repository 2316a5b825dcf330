import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ASKABLE, CARRYING } from '../domain/answers.ts';
import { type Command, printCommand, type Reply, ReplyError } from '../domain/command.ts';
import type { Probe } from '../domain/probe.ts';
import { neverSet } from '../domain/settable.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { UnreadCause } from '../domain/snapshot.ts';
import { type Address, type Credentials, reachableAt, type Target, type Tls } from '../domain/target.ts';
import type {
  Carrier,
  CarryCommand,
  KeySession,
  Opened,
  ReadOnlySession,
  Sent,
  Servers,
  Writer,
} from '../flow/ports.ts';
import { makeAllowList, makeKeyAllowList, startsWithOne } from './allow-list.ts';
import { authDetail, certifiedAs, type Greeting, greet, greetingIn, tlsOptions } from './greeting.ts';
import { isReplyError, messageOf, toReply } from './replies.ts';
import { openCarrier } from './wire/carry.ts';

const CONNECT_MS = 1500;

interface Manner {
  /** How long one answer may take, ms. */
  commandMs: number;
  /** SCRIPT KILL is for a server that refuses everything else. */
  despiteBusy: boolean;
}
const READING: Manner = { commandMs: 1500, despiteBusy: false };
/** CONFIG SET maxmemory can evict and CONFIG REWRITE waits for the disk: longer than a question. */
const WRITING: Manner = { commandMs: 5000, despiteBusy: true };

/** From the first packet to a session that can be asked. */
const OPEN_MS = 3000;

/** A server that is well answers before this; why another one does not is looked into meanwhile. */
const SOON_MS = 200;

const NAME = 'redis-medic';

/** Servers over the network; the probes say what may be asked of them. */
export function openServers(probes: Shelf<Probe<unknown>>): Servers {
  const allowed = makeAllowList(probes.values());
  const ofKeys = makeKeyAllowList(probes.values());
  return {
    async read(address, target) {
      const master = target.sentinel?.master;
      const opened = await open(address, target, target.credentials, READING);
      return opened.kind === 'open'
        ? { kind: 'open', session: reader(opened.session, (command) => allowed(command, master)) }
        : opened;
    },
    async readKeys(address, target) {
      const opened = await open(address, target, target.credentials, READING);
      return opened.kind === 'open' ? { kind: 'open', session: keyReader(opened.session.redis, ofKeys) } : opened;
    },
    async inspect(address, target) {
      const opened = await open(address, target, target.remediate ?? target.credentials, READING);
      return opened.kind === 'open'
        ? { kind: 'open', session: keyReader(opened.session.redis, startsWithOne(ASKABLE)) }
        : opened;
    },
    async carry(announced, target) {
      const { address, tls } = wayTo(announced, target);
      const credentials = target.remediate ?? target.credentials;
      const opened = await openCarrier({ address, tls, credentials, name: NAME });
      return opened.kind === 'open' ? { kind: 'open', session: guarded(opened.session) } : opened;
    },
    async write(address, target, db) {
      const opened = await open(address, target, target.remediate ?? target.credentials, WRITING);
      if (opened.kind === 'refused') return opened;
      const { redis } = opened.session;
      const chosen = db === undefined ? 'OK' : await answer(redis.call('SELECT', db));
      if (chosen === 'OK') return { kind: 'open', session: writer(redis) };
      end(redis);
      return refused('no-permission', `database ${db} cannot be selected: ${lineOf(chosen)}`);
    },
  };
}

function reader({ redis, admitsAnyone }: Session, allowed: (command: Command) => boolean): ReadOnlySession {
  return {
    admitsAnyone,
    async ask(commands) {
      refuseStrangers(commands, allowed);
      const results = await redis.pipeline(commands.map((command) => ['call', ...command])).exec();
      return commands.map((_command, at) => toReply(...(results?.[at] ?? [new Error('Connection is closed.'), null])));
    },
    isOpen: () => redis.status === 'ready',
    close: () => end(redis),
  };
}

/** Names of keys are bytes: each is one character here, in both directions. */
function keyReader(redis: Redis, allowed: (command: Command) => boolean): KeySession {
  return {
    async ask(commands) {
      refuseStrangers(commands, allowed);
      return roundTrip(redis, commands);
    },
    close: () => end(redis),
  };
}

/** Lets through what carries keys, and nothing else. */
function guarded(carrier: Carrier): Carrier {
  const allowed = startsWithOne(CARRYING);
  return {
    async send(commands) {
      // A value is nothing to print.
      const stranger = commands.map(headOf).find((head) => !allowed(head));
      if (stranger) throw new Error(`Keys are not carried with this, so it was not sent: ${stranger.join(' ')}`);
      return carrier.send(commands);
    },
    close: () => carrier.close(),
  };
}

function headOf([name, word]: CarryCommand): string[] {
  return typeof word === 'string' ? [name, word] : [name];
}

async function roundTrip(redis: Redis, commands: readonly Command[]) {
  const began = performance.now();
  const results = await redis.pipeline(bytesOf(commands).map((each) => ['callBuffer', ...each])).exec();
  const tookMs = performance.now() - began;
  const replies = commands.map((_command, at) =>
    toReply(...(results?.[at] ?? [new Error('Connection is closed.'), null])),
  );
  return { replies, tookMs };
}

function refuseStrangers(commands: readonly Command[], allowed: (command: Command) => boolean): void {
  const stranger = commands.find((command) => !allowed(command));
  if (stranger) throw new Error(`No probe may ask this, so it was not sent: ${printCommand(stranger)}`);
}

function writer(redis: Redis): Writer {
  return {
    async send(command) {
      const why = neverSet(command);
      if (why !== undefined) return { kind: 'not-sent', why };
      const [name, ...words] = command;
      if (redis.status !== 'ready') return { kind: 'not-sent', why: 'the connection is closed' };
      try {
        return { kind: 'answered', reply: toReply(null, await redis.call(name, ...words)) };
      } catch (error) {
        return unanswered(error);
      }
    },
    close: () => end(redis),
  };
}

function unanswered(error: unknown): Sent {
  const why = messageOf(error);
  if (isReplyError(error)) return { kind: 'answered', reply: new ReplyError(why) };
  // ioredis says this instead of writing; after anything else the bytes may have arrived.
  return /isn't writeable/.test(why) ? { kind: 'not-sent', why } : { kind: 'unknown', why };
}

interface Session {
  redis: Redis;
  admitsAnyone: boolean;
}

function wayTo(announced: Address, target: Target): { address: Address; tls: Tls | undefined } {
  const address = reachableAt(target, announced);
  return { address, tls: target.tls && certifiedAs(announced, address, target.tls) };
}

/** Connects and logs in, or says why not, within the time that one node may cost. */
async function open(
  announced: Address,
  target: Target,
  credentials: Credentials,
  manner: Manner,
): Promise<Opened<Session>> {
  const { address, tls } = wayTo(announced, target);
  const redis = client(address, tls, manner.commandMs);
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
function lineOf(reply: Reply): string {
  if (reply instanceof ReplyError) return `-${reply.message}`;
  return typeof reply === 'string' ? `+${reply}` : JSON.stringify(reply);
}

/** An error reply is an answer too. */
function answer(reply: Promise<unknown>): Promise<Reply> {
  return reply.then(
    (result) => toReply(null, result),
    (error: unknown) => toReply(error, null),
  );
}

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

function client(address: Address, tls: Tls | undefined, commandMs: number): Redis {
  return new Redis({
    ...address,
    ...(tls && { tls: tlsOptions(address, tls) }),
    ...ONE_ATTEMPT,
    connectTimeout: CONNECT_MS,
    commandTimeout: commandMs,
  });
}

/** A session with a server of our own on this machine. Texts hold one character a byte. */
export interface SocketSession {
  /** Waits as long as it takes. Rejects with ConnectionLost. */
  ask(commands: readonly Command[]): Promise<Reply[]>;
  close(): void;
}

/** Undefined while nobody listens there. */
export async function openSocket(path: string, password: string): Promise<SocketSession | undefined> {
  const redis = new Redis({ path, ...ONE_ATTEMPT, connectTimeout: CONNECT_MS });
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

/** Names of keys are bytes: each is one character here. */
function bytesOf(commands: readonly Command[]): [string, ...Buffer[]][] {
  return commands.map(([name, ...rest]) => [name, ...rest.map((word) => Buffer.from(word, 'latin1'))]);
}

function end(redis: Redis): void {
  redis.on('error', () => undefined);
  redis.disconnect();
}

function refused(cause: UnreadCause, detail: string): { kind: 'refused'; cause: UnreadCause; detail: string } {
  return { kind: 'refused', cause, detail };
}
