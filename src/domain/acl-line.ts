import type { Command } from './command.ts';
import { aclName, type EngineVersion, hasCommand } from './command-history.ts';
import { atLeast } from './server.ts';

/** What every connection of ours does before it asks anything. Giving itself a name is a courtesy that may be refused. */
const GREETING: readonly Command[] = [['PING'], ['CLIENT', 'SETNAME']];

export interface AclLine {
  /** `ACL SETUSER …`, with PASSWORD in place of the password. */
  line: string;
  /** Commands that this version does not have, as the access control list names them. */
  lacking: string[];
}

/** The line that lets a user send these commands and touch no key. One unknown command would make the server refuse it whole. */
export function aclLine(user: string, commands: Iterable<Command>, at: EngineVersion): AclLine {
  const { grants, lacking } = grantsOf([...GREETING, ...commands], at);
  return { line: setUser(user, 'resetkeys resetchannels -@all', grants), lacking };
}

/** As above with commands that look at keys as well, but never at what is in them. */
export function samplingLine(
  user: string,
  commands: Iterable<Command>,
  sampling: Iterable<Command>,
  at: EngineVersion,
): AclLine {
  if (!atLeast(at.version, '7.0')) {
    const { grants, lacking } = grantsOf([...GREETING, ...commands, ...sampling], at);
    return { line: setUser(user, 'resetkeys ~* resetchannels -@all', grants), lacking };
  }
  const reads = [...sampling].filter((command) => !isBlind(command));
  const blind = grantsOf([...GREETING, ...commands, ...[...sampling].filter(isBlind)], at);
  const seeing = grantsOf(reads, at);
  // A write pattern admits what reads no content; what does has its own selector, with the read pattern and nothing else.
  const rules = 'resetkeys %W~* resetchannels clearselectors -@all';
  const selector = seeing.grants.length === 0 ? [] : [`(%R~* ${seeing.grants.join(' ')})`];
  return {
    line: setUser(user, rules, [...blind.grants, ...selector]),
    lacking: [...blind.lacking, ...seeing.lacking].sort(),
  };
}

/** The line that lets a user change keys under one prefix. */
export function keyLine(user: string, commands: Iterable<Command>, at: EngineVersion): AclLine {
  const { grants, lacking } = grantsOf([...GREETING, ...commands], at);
  return { line: setUser(user, 'resetkeys ~PREFIX* resetchannels -@all', grants), lacking };
}

/** Commands without a key, and those that tell of a key but not of its content. */
const BLIND = new Set(
  (
    'dbsize hlen info llen memory|usage object|encoding object|freq object|idletime ping readonly scan scard select ' +
    'strlen type xlen zcard client|no-touch client|no-evict'
  ).split(' '),
);

function isBlind(command: Command): boolean {
  return BLIND.has(aclName(command));
}

function grantsOf(commands: Iterable<Command>, at: EngineVersion): { grants: string[]; lacking: string[] } {
  const names = [...new Set([...commands].map(aclName))].sort();
  return {
    grants: names.filter((name) => hasCommand(at, name)).map((name) => `+${name}`),
    lacking: names.filter((name) => !hasCommand(at, name)),
  };
}

function setUser(user: string, rules: string, grants: readonly string[]): string {
  return ['ACL SETUSER', user, 'on >PASSWORD', rules, ...grants].join(' ');
}
