import { isIndependentOfData, type LoggedCommand } from './slow-log.ts';

const UNLINK = 'UNLINK, which frees the memory in the background';
const SETS = 'smaller sets, a result that is kept up to date, or the same work on a replica';
const SCORES = 'LIMIT with a page size, or ZSCAN';
const FLUSH = 'UNLINK or expiries for what is no longer needed; where everything is meant to go, the ASYNC form';
const SCRIPT = 'a script that touches a bounded number of keys and elements, with the loop in the client';
const BATCH = 'smaller batches';
const STREAM = 'COUNT, and the last id to go on from';
const GEO = 'a smaller radius and COUNT';

/** What to use instead of a command that holds the server up, for whoever wrote the call. */
const INSTEAD: Readonly<Record<string, string>> = {
  keys: 'SCAN with MATCH and COUNT 100 to 250, page by page; or an own set of the names',
  scan: 'COUNT 100 to 250: a larger page blocks for longer',
  hscan: 'COUNT 100 to 250: a larger page blocks for longer',
  sscan: 'COUNT 100 to 250: a larger page blocks for longer',
  zscan: 'COUNT 100 to 250: a larger page blocks for longer',
  hgetall: 'HMGET with the fields that are needed, or HSCAN',
  hkeys: 'HSCAN, or HEXISTS for a single field',
  hvals: 'HMGET with the fields that are needed, or HSCAN',
  smembers: 'SSCAN, or SISMEMBER and SMISMEMBER to ask for members',
  sunion: SETS,
  sunionstore: SETS,
  sinter: 'SINTERCARD with LIMIT where a count is enough; otherwise smaller sets',
  sinterstore: SETS,
  sdiff: SETS,
  sdiffstore: SETS,
  spop: 'a smaller count',
  srandmember: 'a smaller count',
  zunion: SETS,
  zunionstore: SETS,
  zinter: 'ZINTERCARD with LIMIT where a count is enough; otherwise smaller sets',
  zinterstore: SETS,
  zdiff: SETS,
  zdiffstore: SETS,
  lrange: 'ranges of some hundred elements',
  zrange: 'ranges of some hundred elements',
  zrevrange: 'ranges of some hundred elements',
  zrangebyscore: SCORES,
  zrevrangebyscore: SCORES,
  zrangebylex: SCORES,
  zrevrangebylex: SCORES,
  zremrangebyscore: 'several narrower ranges',
  zremrangebyrank: 'several narrower ranges',
  zremrangebylex: 'several narrower ranges',
  lrem: 'a set or sorted set, where removing an element does not walk the list',
  linsert: 'a sorted set, where a place in the middle is found at once',
  lindex: 'a hash, or ends of the list only',
  lset: 'a hash, or ends of the list only',
  lpos: 'a set or sorted set, which knows its members',
  ltrim: 'trimming often, a little at a time',
  del: UNLINK,
  rename: `a name that is free, and ${UNLINK} for what stood there`,
  copy: 'smaller keys',
  dump: 'smaller keys',
  restore: 'smaller keys',
  migrate: 'smaller keys, and fewer of them a call',
  getrange: 'smaller values, or smaller ranges',
  setrange: 'smaller values',
  flushall: FLUSH,
  flushdb: FLUSH,
  sort: 'a sorted set that is always in order, or the sorting in the client',
  sort_ro: 'a sorted set that is always in order, or the sorting in the client',
  mget: BATCH,
  mset: BATCH,
  msetnx: BATCH,
  exists: BATCH,
  hmget: BATCH,
  hset: BATCH,
  hmset: BATCH,
  sadd: BATCH,
  srem: BATCH,
  zadd: BATCH,
  lpush: BATCH,
  rpush: BATCH,
  unlink: BATCH,
  xrange: STREAM,
  xrevrange: STREAM,
  xread: STREAM,
  xreadgroup: STREAM,
  xtrim: 'trimming as entries are added: XADD with MAXLEN ~',
  georadius: GEO,
  georadiusbymember: GEO,
  geosearch: GEO,
  geosearchstore: GEO,
  bitcount: 'a range, or smaller bitmaps',
  bitop: 'smaller bitmaps, or the same work on a replica',
  bitpos: 'a range, or smaller bitmaps',
  pfcount: 'one key at a time, or a merged key that is kept up to date',
  eval: SCRIPT,
  eval_ro: SCRIPT,
  evalsha: SCRIPT,
  evalsha_ro: SCRIPT,
  fcall: SCRIPT,
  fcall_ro: SCRIPT,
  exec: 'a shorter transaction: nobody else is served between MULTI and EXEC',
  save: 'BGSAVE',
  debug: 'nothing: it is not for servers in use',
  monitor: 'SLOWLOG, LATENCY and CLIENT LIST, which cost next to nothing',
};

const NOT_ITS_FAULT =
  'no other command: it does little work whatever the data, so look at pauses and forks of the host';

/** What to use instead of a slow command; undefined when nothing is known that does the same for less. */
export function replacementFor(logged: Pick<LoggedCommand, 'command' | 'argumentCount'>): string | undefined {
  return isIndependentOfData(logged) ? NOT_ITS_FAULT : INSTEAD[logged.command];
}
