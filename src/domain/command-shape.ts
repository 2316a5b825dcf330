/** Their first argument says what they do. */
const CONTAINERS = words(
  'acl client cluster command commandlog config debug function latency memory module object pubsub script slowlog xgroup xinfo',
);

/** All their arguments are keys. */
const KEYS_ONLY = words(
  'del exists mget pfcount pfmerge sdiff sdiffstore sinter sinterstore sunion sunionstore touch unlink watch',
);

const RANGES = words('getrange lrange ltrim zrange zrevrange');
const SCRIPTS = words('eval eval_ro evalsha evalsha_ro fcall fcall_ro');
const SCANS = words('hscan sscan zscan');

/** They take no key, or what they take says nothing. */
const BARE = words(
  'auth bgrewriteaof bgsave dbsize discard exec flushall flushdb hello info lastsave monitor multi ping psync replconf role save select shutdown swapdb sync time wait waitaof',
);

/** Options that decide how much work a command is. */
const OPTIONS = new Map([
  ...each('flushall flushdb', 'ASYNC SYNC'),
  ...each('hscan scan sscan zscan', 'MATCH COUNT TYPE NOVALUES'),
  ...each('sort sort_ro', 'BY LIMIT GET STORE'),
  ...each('zrange', 'BYSCORE BYLEX REV LIMIT'),
  ...each('zrangebylex zrangebyscore zrevrangebylex zrevrangebyscore', 'LIMIT'),
  ...each('xrange xread xreadgroup xrevrange', 'COUNT'),
  ...each('georadius georadiusbymember geosearch geosearchstore', 'COUNT'),
]);

/**
 * A command without what people put into it, in a form that can be counted: `HGETALL <key>`, `KEYS *`,
 * `LRANGE <key> 0 -1`, `MGET <100+ keys>`, `SORT <key> LIMIT`. `argumentCount` may be more than the log shows.
 */
export function shapeOf([name = '', ...args]: readonly string[], argumentCount: number): string {
  const command = name.toLowerCase();
  const parts = [name.toUpperCase(), ...operands(command, args, argumentCount), ...options(command, args)];
  return parts.filter(Boolean).join(' ');
}

/** The words of a command with what people put into it blotted out: its shape is the same. */
export function masked(words: readonly string[]): string[] {
  const command = (words[0] ?? '').toLowerCase();
  const known = new Set(['0', '-1', '*', ...(OPTIONS.get(command) ?? [])]);
  return words.map((word, at) => {
    const says =
      at === 0 ||
      known.has(word.toUpperCase()) ||
      MORE.test(word) ||
      (at === 1 && CONTAINERS.has(command) && isSubcommand(word)) ||
      (at === 2 && SCRIPTS.has(command) && /^\d{1,4}$/.test(word));
    return says ? word : '?';
  });
}

/** What a log writes in place of the words that it leaves out. */
export const MORE = /^\.\.\. \((\d+) more arguments\)$/;

function operands(command: string, args: readonly string[], count: number): string[] {
  const [first = '', second] = args;
  if (count === 0 || BARE.has(command)) return [];
  if (CONTAINERS.has(command)) return [subcommand(first), count > 1 ? many(count - 1, 'argument') : ''];
  if (command === 'keys') return [first === '*' ? '*' : '<pattern>'];
  if (command === 'scan') return ['<cursor>'];
  if (SCANS.has(command)) return ['<key>', '<cursor>'];
  if (KEYS_ONLY.has(command)) return [many(count, 'key')];
  if (command === 'mset' || command === 'msetnx') return [many(Math.ceil(count / 2), 'key')];
  if (RANGES.has(command)) return ['<key>', second === '0' && args[2] === '-1' ? '0 -1' : '<range>'];
  if (SCRIPTS.has(command)) return ['<script>', Number(second) > 0 ? many(Number(second), 'key') : ''];
  if (command === 'publish' || command === 'spublish') return ['<channel>', '<message>'];
  // A command of a module: who knows what its arguments are.
  if (command.includes('.')) return [many(count, 'argument')];
  return ['<key>', count === 1 || OPTIONS.has(command) ? '' : many(count - 1, 'value')];
}

function options(command: string, args: readonly string[]): string[] {
  const given = new Set(args.slice(command.startsWith('flush') ? 0 : 1).map((word) => word.toUpperCase()));
  return (OPTIONS.get(command) ?? []).filter((option) => given.has(option));
}

function subcommand(word: string): string {
  return isSubcommand(word) ? word.toUpperCase() : '<subcommand>';
}

function isSubcommand(word: string): boolean {
  return /^[a-z][a-z-]{1,20}$/i.test(word);
}

/** `<key>`, `<2+ keys>`, `<1000+ keys>`: calls that differ in a few are one kind of call. */
function many(count: number, what: string): string {
  if (count <= 1) return `<${what}>`;
  return `<${Math.max(2, 10 ** Math.floor(Math.log10(count)))}+ ${what}s>`;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

function each(commands: string, options: string): [string, string[]][] {
  return commands.split(' ').map((command) => [command, options.split(' ')]);
}
