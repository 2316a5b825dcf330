import type { Command } from './command.ts';
import { aclName } from './command-history.ts';

/** What an approved command can do, so that each kind can have a login of its own. */
export const REMEDY_CLASSES = {
  cfg: { does: 'change settings (as good as an administrator)', commands: 'config|set config|rewrite' },
  purge: { does: 'give memory back to the system', commands: 'memory|purge' },
  client: { does: 'close or wake connections', commands: 'client|kill client|unblock' },
  repl: {
    does: 'rewire replication and the cluster',
    commands:
      'replicaof failover cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|countkeysinslot cluster|delslots cluster|failover ' +
      'cluster|forget cluster|meet cluster|replicate cluster|setslot',
  },
  persist: { does: 'write snapshots and rewrite the append-only file', commands: 'bgrewriteaof bgsave' },
  copy: { does: 'copy all data of a server, values included (backups)', commands: 'psync replconf' },
  script: { does: 'end scripts and drop cached ones', commands: 'function|kill script|flush script|kill' },
  key: {
    does: 'delete, copy and restore keys under one prefix, and restore functions',
    commands:
      'copy del dump exists expire function|restore memory|usage persist pexpire pexpireat pttl restore select type unlink xgroup|createconsumer xgroup|delconsumer xinfo|consumers xinfo|groups xlen xtrim',
  },
  acl: {
    does: 'change users (an administrator)',
    commands: 'acl|deluser acl|dryrun acl|getuser acl|load acl|save acl|setuser',
  },
  pause: { does: 'hold clients back', commands: 'client|pause client|unpause' },
  sentinel: {
    does: 'fail over and tidy up on the Sentinels',
    commands: 'sentinel|failover sentinel|reset sentinel|set',
  },
} as const satisfies Readonly<Record<string, { does: string; commands: string }>>;
export type RemedyClass = keyof typeof REMEDY_CLASSES;

export const REMEDY_CLASS_NAMES = Object.keys(REMEDY_CLASSES) as RemedyClass[];

/** The class that a command belongs to; undefined for one that no login for repairing should have. */
export function remedyClassOf(command: Command): RemedyClass | undefined {
  const name = aclName(command);
  return REMEDY_CLASS_NAMES.find((one) => REMEDY_CLASSES[one].commands.split(' ').includes(name));
}
