import type { Redis } from 'ioredis';
import { ASKABLE, CARRYING } from '../../domain/answers.ts';
import { type Command, printCommand, ReplyError } from '../../domain/command.ts';
import type { Probe } from '../../domain/probe.ts';
import { neverSet } from '../../domain/settable.ts';
import type { Shelf } from '../../domain/shelf.ts';
import type { Carrier, CarryCommand, KeySession, ReadOnlySession, Sent, Servers, Writer } from '../../flow/ports.ts';
import { openCarrier } from '../wire/carry.ts';
import { makeAllowList, makeKeyAllowList, startsWithOne } from './allow-list.ts';
import { answer, end, roundTrip } from './connection.ts';
import { lineOf, NAME, open, READING, refused, type Session, WRITING, wayTo } from './log-in.ts';
import { isReplyError, messageOf, toReply } from './replies.ts';

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
