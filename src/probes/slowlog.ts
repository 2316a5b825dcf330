import { defineProbe, listReply, type Reading } from '../domain/probe.ts';

export interface SlowEntry {
  /** Grows by one with each entry; starts again with the server. */
  id: number;
  /** Epoch seconds on the server's clock. */
  at: number;
  microseconds: number;
  /** The command in lower case; its arguments never leave the parser. */
  command: string;
  argumentCount: number;
  client: string;
  clientName: string;
}

const ASKED = 128;

/** The newest slow commands, newest first. */
export default defineProbe({
  sampled: 'pair',
  allows: [['SLOWLOG', 'GET']],
  fields: {},
  commands: () => [['SLOWLOG', 'GET', String(ASKED)]],
  read: ([reply]) =>
    listReply(reply).map((entry): SlowEntry => {
      const [id, at, microseconds, words, client, clientName] = listReply(entry);
      const command = listReply(words);
      return {
        id: Number(id),
        at: Number(at),
        microseconds: Number(microseconds),
        command: typeof command[0] === 'string' ? command[0].toLowerCase() : '',
        argumentCount: Math.max(0, command.length - 1),
        client: typeof client === 'string' ? client : '',
        clientName: typeof clientName === 'string' ? clientName : '',
      };
    }),
});

/** Entries that are new in the second sample, or that the server's clock puts at or after `since` (epoch seconds). */
export function slowSince({ now, before }: Reading<SlowEntry[]>, since: number): SlowEntry[] {
  const known = before && Math.max(-1, ...before.map(({ id }) => id));
  return now.filter(({ id, at }) => at >= since || (known !== undefined && id > known));
}

/**
 * With few arguments these do the same work whatever the data, observe the server or fork: when they are slow, the host
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
const FEW_ARGUMENTS = 8;

export function isIndependentOfData({ command, argumentCount }: SlowEntry): boolean {
  return INDEPENDENT_OF_DATA.has(command) && argumentCount <= FEW_ARGUMENTS;
}

/** True when entries that came between the two samples are gone already, pushed out by newer ones. */
export function hasGap({ now, before }: Reading<SlowEntry[]>): boolean {
  if (!before || now.length < ASKED) return false;
  const oldest = Math.min(...now.map(({ id }) => id));
  return oldest > Math.max(-1, ...before.map(({ id }) => id)) + 1;
}
