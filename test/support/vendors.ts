import { type Reply, ReplyError } from '../../src/domain/command.ts';
import { infoText } from './captured.ts';
import type { Script } from './fake-server.ts';

/** How a service differs from a server of your own. */
export interface Vendor {
  /** Fields of INFO that it sets; undefined for those that it leaves out. */
  info: Readonly<Record<string, string | undefined>>;
  /** Its refusal of a command (`config`, `acl log`); undefined where it answers. */
  refuses: (command: string) => string | undefined;
}

const unknown = (command: string) => `ERR unknown command '${command.split(' ')[0]}', with args beginning with: `;
const refusing =
  (say: (command: string) => string, ...kept: readonly string[]): Vendor['refuses'] =>
  (command) =>
    kept.some((word) => command === word || command.startsWith(`${word} `)) ? say(command) : undefined;

/** Named for the services whose published lists of refused commands they follow. */
export const VENDORS = {
  elasticache: {
    info: { os: 'Amazon ElastiCache', redis_build_id: '0', gcc_version: '0.0.0', executable: '-', config_file: '-' },
    refuses: refusing(unknown, 'config', 'bgsave', 'replicaof', 'module', 'acl setuser', 'cluster links'),
  },
  memorystore: {
    info: { executable: undefined, config_file: undefined },
    refuses: refusing(unknown, 'config', 'acl', 'client', 'command', 'module', 'lastsave'),
  },
  'memorystore for valkey': {
    info: { executable: undefined, config_file: undefined },
    refuses: refusing(
      (command) => `NOPERM User default has no permissions to run the '${command.replace(' ', '|')}' command`,
      'config get',
      'acl',
      'module',
    ),
  },
  upstash: {
    info: { upstash_version: '1.18.2', executable: undefined, mem_not_counted_for_evict: undefined },
    refuses: refusing(unknown, 'config', 'latency', 'slowlog', 'module'),
  },
  'redis software': {
    info: { rlec_version: '7.22.2-14', run_id: 'node:1-redis:3' },
    refuses: refusing(
      (command) => (command.startsWith('config') ? 'ERR unsupported CONFIG parameter' : unknown(command)),
      'config get',
      'acl log',
      'module',
    ),
  },
} as const satisfies Readonly<Record<string, Vendor>>;

/** A calm server of that service: it answers what it offers and refuses the rest in its own words. */
export function scriptOf({ info, refuses }: Vendor): Script {
  const text = edited(infoText('redis-7.0.15', 'primary-with-replica'), {
    ...info,
    connected_slaves: '0',
    // As captured it is of another day; TIME tells the right one.
    server_time_usec: undefined,
  });
  return (name, ...words) => {
    const refusal = refuses([name, ...words.slice(0, 1)].join(' '));
    return refusal === undefined ? answer(text, name, ...words) : new ReplyError(refusal);
  };
}

function answer(info: string, name: string, ...words: readonly string[]): Reply | undefined {
  if (name === 'ping') return 'PONG';
  if (name === 'info') return info;
  if (name === 'time') return [String(Math.floor(Date.now() / 1000)), '0'];
  if (name === 'client') return words[0] === 'list' ? 'id=3 addr=10.0.0.9:5000 name=app user=default flags=N\n' : 'OK';
  if (['slowlog', 'acl', 'latency', 'module', 'function'].includes(name)) return [];
  return undefined;
}

function edited(text: string, fields: Vendor['info']): string {
  const kept = text
    .split('\r\n')
    .filter((line) => !/^slave\d+:/.test(line) && !(line.slice(0, line.indexOf(':')) in fields));
  const added = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${value}`]));
  return [...kept.slice(0, 2), ...added, ...kept.slice(2)].join('\r\n');
}
