import type { Command } from '../../domain/command.ts';
import { INFO_EVERYTHING, type Probe } from '../../domain/probe.ts';

/** Lower-case words with dashes, and whole numbers: names of parameters and sections, counts. No globs, no values. */
const ARGUMENT = /^(?:[a-z][a-z0-9-]{0,63}|\d{1,9})$/;

/** Its arguments are names of commands, and it can do nothing but look them up. */
const NAMES_COMMANDS = ['LATENCY', 'HISTOGRAM'];
const COMMAND_NAME = /^[a-z][a-z0-9_.|-]{0,63}$/;

/** Words that turn a question into a change, wherever they stand: ACL LOG RESET. */
const CHANGES = new Set(['reset', 'resetstat', 'rewrite', 'set', 'kill', 'purge', 'flush', 'del', 'deluser']);

/** Whether a session with a target may send this; `master` is the name that the target gives its Sentinels' master. */
export type AllowList = (command: readonly string[], master?: string) => boolean;

/** What a read-only session lets through: the heads that the probes name, followed by plain words and numbers. */
export function makeAllowList(probes: Iterable<Probe<unknown>>): AllowList {
  const heads: Command[] = [INFO_EVERYTHING];
  for (const probe of probes) if (probe.asks !== 'keys' && probe.asks !== 'host') heads.push(...probe.allows);
  return (command, master) =>
    heads.some((head) => startsWith(command, head) && mayFollow(head, command.slice(head.length), master));
}

/** What a key session lets through: the heads that the key probes name, followed by anything, as it may be a key. */
export function makeKeyAllowList(probes: Iterable<Probe<unknown>>): (command: readonly string[]) => boolean {
  const heads: Command[] = [];
  for (const probe of probes) if (probe.asks === 'keys') heads.push(...probe.allows);
  return startsWithOne(heads);
}

/** Lets through what begins with one of these heads, whatever follows. */
export function startsWithOne(heads: readonly Command[]): (command: readonly string[]) => boolean {
  return (command) => heads.some((head) => startsWith(command, head));
}

function startsWith(command: readonly string[], head: readonly string[]): boolean {
  return command.length >= head.length && head.every((word, at) => command[at]?.toUpperCase() === word.toUpperCase());
}

/** The name of a master is free text of a person: behind SENTINEL MASTER and the like it may stand, alone and letter by letter. */
function mayFollow(head: Command, rest: readonly string[], master: string | undefined): boolean {
  if (head[0] !== 'SENTINEL') return rest.every(startsWith(head, NAMES_COMMANDS) ? isCommandName : isPlain);
  return rest.length === 0 || (rest.length === 1 && master !== undefined && rest[0] === master);
}

function isPlain(word: string): boolean {
  return ARGUMENT.test(word) && !CHANGES.has(word);
}

function isCommandName(word: string): boolean {
  return COMMAND_NAME.test(word);
}
