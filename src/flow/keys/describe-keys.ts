import { type Command, type Reply, ReplyError } from '../../domain/command.ts';
import type { KeyFacts, StreamGroup } from '../../domain/keys/key-facts.ts';
import { lengthOf } from '../../domain/keys/length-of.ts';

/** From here a key is measured whatever the sample says: it may be the one that matters. */
const LARGE_STRING = 100_000;
const LARGE_COLLECTION = 1000;

interface How {
  /** The policy counts how often a key is used instead of when. */
  frequency: boolean;
  /** Whether lengths may be asked for. */
  lengths: boolean;
}

/** What is asked of each key once its type is known. */
export function questions(key: string, type: string, { frequency, lengths }: How): Command[] {
  // What a stream holds back shows in nothing else, and there are few of them.
  const length = lengths || type === 'stream' ? lengthOf(key, type) : undefined;
  return [
    ...(length === undefined ? [] : [length]),
    ['PTTL', key],
    ['OBJECT', 'ENCODING', key],
    ['OBJECT', frequency ? 'FREQ' : 'IDLETIME', key],
    ...(type === 'stream' ? [['XINFO', 'GROUPS', key] as const] : []),
  ];
}

/** Reads the answers to `questions`, in their order. An error leaves its field out; what is not allowed is noted. */
export function readAnswers(
  about: { key: string; db: number; type: string } & How,
  replies: readonly Reply[],
  denied: Set<string>,
): KeyFacts {
  const { key, db, type, frequency } = about;
  const asked = questions(key, type, about);
  const answer = (head: string) => {
    const reply = replies[asked.findIndex((command) => command.join(' ').startsWith(head))];
    if (reply instanceof ReplyError && reply.code === 'NOPERM') denied.add(head.toLowerCase().replace(' ', '|'));
    return reply;
  };
  const number = (head: string | undefined) => {
    const reply = head === undefined ? undefined : answer(head);
    return typeof reply === 'number' ? reply : undefined;
  };
  const length = number(lengthOf(key, type)?.[0]);
  const ttl = number('PTTL');
  const encoding = answer('OBJECT ENCODING');
  const used = number(frequency ? 'OBJECT FREQ' : 'OBJECT IDLETIME');
  return {
    key,
    db,
    type,
    ...(length !== undefined && { length }),
    ...(ttl !== undefined && ttl !== -2 && { ttlMs: ttl === -1 ? null : ttl }),
    ...(typeof encoding === 'string' && { encoding }),
    ...(used !== undefined && (frequency ? { frequency: used } : { idleSeconds: used })),
    ...(type === 'stream' && { groups: groupsOf(answer('XINFO GROUPS')) }),
  };
}

/** Encodings of what is small; `raw` is any string of more than 44 bytes. */
const COMPACT = ['int', 'embstr', 'listpack', 'ziplist', 'intset'];

export function isLarge({ type, length, encoding }: KeyFacts): boolean {
  if (length !== undefined) return length >= (type === 'string' ? LARGE_STRING : LARGE_COLLECTION);
  return encoding !== undefined && !COMPACT.includes(encoding);
}

function groupsOf(reply: Reply | undefined): StreamGroup[] {
  if (!isList(reply)) return [];
  return reply.filter(isList).map((group) => {
    const lag = numberIn(group, 'lag');
    return {
      consumers: numberIn(group, 'consumers') ?? 0,
      pending: numberIn(group, 'pending') ?? numberIn(group, 'pel-count') ?? 0,
      ...(lag !== undefined && { lag }),
    };
  });
}

/** Names of the groups, in the order of `groups`. */
export function groupNames(reply: Reply | undefined): string[] {
  if (!isList(reply)) return [];
  return reply.filter(isList).map((group) => {
    const at = group.indexOf('name');
    const name = group[at + 1];
    return typeof name === 'string' ? name : '';
  });
}

/** Seconds for which the most active consumer of a group has been idle, from XINFO CONSUMERS. */
export function leastIdle(reply: Reply | undefined): number | undefined {
  if (!isList(reply)) return undefined;
  const idle = reply.filter(isList).flatMap((consumer) => numberIn(consumer, 'idle') ?? []);
  return idle.length === 0 ? undefined : Math.min(...idle) / 1000;
}

function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** The value behind a name in a flat list of pairs. */
function numberIn(pairs: readonly Reply[], name: string): number | undefined {
  const at = pairs.indexOf(name);
  const value = at < 0 ? undefined : pairs[at + 1];
  return typeof value === 'number' ? value : undefined;
}
