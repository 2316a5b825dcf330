import type { Reading } from './probe.ts';

/** One command that a log of the server kept. */
export interface LoggedCommand {
  /** Grows by one with each entry; starts again with the server. */
  id: number;
  /** Epoch seconds on the server's clock. */
  at: number;
  /** The command in lower case; its arguments never leave the parser. */
  command: string;
  /** What its arguments look like: `HGETALL <key>`, `KEYS *`. */
  shape: string;
  argumentCount: number;
  client: string;
  clientName: string;
}

/** A command that took long. */
export interface SlowEntry extends LoggedCommand {
  microseconds: number;
}

/** A command that was sent, or answered, with many bytes. */
export interface LargeEntry extends LoggedCommand {
  bytes: number;
}

/** Entries that are new in the second sample, or that the server's clock puts at or after `since` (epoch seconds). */
export function loggedSince<E extends LoggedCommand>({ now, before }: Reading<E[]>, since: number): E[] {
  const known = before && Math.max(-1, ...before.map(({ id }) => id));
  return now.filter(({ id, at }) => at >= since || (known !== undefined && id > known));
}

/** One log of a reading of several. */
export function partOf<K extends string, T>({ now, before, seconds }: Reading<Record<K, T>>, log: K): Reading<T> {
  return { now: now[log], seconds, ...(before && { before: before[log] }) };
}

/**
 * These do the same work for each argument whatever the data, observe the server or fork: when they are slow, the host
 * held the server up (pauses, swap, fork), not the command.
 */
const INDEPENDENT_OF_DATA = new Set(
  (
    'acl append auth bgrewriteaof bgsave blpop brpop client cluster command config decr decrby echo exists expire expireat get getdel ' +
    'getex getset hello hexists hget hincrby hincrbyfloat hlen hmget hset hsetnx hstrlen incr incrby incrbyfloat info latency ' +
    'llen lpush lpushx mget mset multi persist pexpire pexpireat ping psetex psync pttl replconf role rpush rpushx sadd scard select ' +
    'set setex setnx sismember slowlog srem strlen sync time ttl type unlink xack xadd xlen zadd zcard zincrby zmscore ' +
    'zrank zrem zrevrank zscore'
  ).split(' '),
);
/** No argument is that much work: what takes longer is held up. Microseconds. */
const LONGEST_ARGUMENT = 100;
const FEW_ARGUMENTS = 8;

export function isIndependentOfData({
  command,
  argumentCount,
  microseconds = FEW_ARGUMENTS * LONGEST_ARGUMENT,
}: Pick<LoggedCommand, 'command' | 'argumentCount'> & { microseconds?: number }): boolean {
  return INDEPENDENT_OF_DATA.has(command) && argumentCount * LONGEST_ARGUMENT <= microseconds;
}

/** One burst that ended longer ago than this is history; what comes back within the minute is not. Seconds. */
const OVER_SECONDS = 15;

/** Seconds since a burst that is over; undefined while it may go on. `now` is the server's clock, `pair` the time watched. */
export function quietSince(entries: readonly LoggedCommand[], now: number, pair: number): number | undefined {
  const over = Math.max(OVER_SECONDS, pair);
  const times = entries.map(({ at }) => at);
  const newest = Math.max(...times);
  const recurs = newest - Math.min(...times) > over;
  return recurs || now - newest <= over ? undefined : now - newest;
}
