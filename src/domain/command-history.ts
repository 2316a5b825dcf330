import type { Command } from './command.ts';
import { atLeast, type Engine } from './server.ts';

export interface EngineVersion {
  engine: Engine;
  version: string;
}

/** Reads `redis@7.0` or `valkey@8.1.2`; undefined for anything else. Older than Redis 6.2 and Valkey 7.2 there is nothing for us. */
export function parseEngineVersion(text: string): EngineVersion | undefined {
  const [, engine, version] = /^(redis|valkey)@(\d{1,2}(?:\.\d{1,3}){1,2})$/.exec(text) ?? [];
  if (version === undefined || (engine !== 'redis' && engine !== 'valkey')) return undefined;
  return atLeast(version, engine === 'redis' ? '6.2' : '7.2') ? { engine, version } : undefined;
}

/** A command as the access control list names it: `config|get`. */
export function aclName(command: Command): string {
  return command.slice(0, 2).join('|').toLowerCase();
}

/** The first version of each engine that has a command; without an entry every one that we look after has it, `never` is never. */
type Since = Readonly<Record<Engine, string>>;

const HISTORY: ReadonlyMap<string, Since> = new Map([
  ...since(
    { redis: '7.0', valkey: '7.2' },
    'acl|dryrun client|no-evict cluster|addslotsrange cluster|delslotsrange cluster|links cluster|shards command|docs ' +
      'command|getkeysandflags command|list eval_ro evalsha_ro expiretime fcall fcall_ro function|delete function|dump ' +
      'function|flush function|kill function|list function|load function|restore function|stats latency|histogram ' +
      'lmpop module|loadex pexpiretime pubsub|shardchannels pubsub|shardnumsub sintercard sort_ro spublish ssubscribe zmpop',
  ),
  ...since({ redis: '7.2', valkey: '7.2' }, 'client|no-touch client|setinfo cluster|myshardid waitaof'),
  ...since({ redis: '7.4', valkey: '9.0' }, 'hexpire hexpiretime hpersist hpexpire hpexpiretime hpttl httl'),
  ...since({ redis: '8.2', valkey: '8.0' }, 'cluster|slot-stats'),
  ...since({ redis: '8.4', valkey: 'never' }, 'cluster|migration'),
  ...since({ redis: '8.6', valkey: 'never' }, 'hotkeys|get hotkeys|reset hotkeys|start hotkeys|stop'),
  ...since({ redis: 'never', valkey: '8.0' }, 'client|capa script|show'),
  ...since({ redis: 'never', valkey: '8.1' }, 'client|import-source commandlog|get commandlog|len commandlog|reset'),
  ...since(
    { redis: 'never', valkey: '9.0' },
    'cluster|cancelslotmigrations cluster|flushslot cluster|getslotmigrations cluster|migrateslots',
  ),
]);

function since(first: Since, names: string): [string, Since][] {
  return names.split(' ').map((name) => [name, first]);
}

/** True when that version has the command, by its name in the access control list. */
export function hasCommand({ engine, version }: EngineVersion, name: string): boolean {
  const first = HISTORY.get(name)?.[engine];
  return first === undefined || (first !== 'never' && atLeast(version, first));
}
