import type { Command } from '../domain/command.ts';
import { INFO_EVERYTHING, type Probe } from '../domain/probe.ts';

/** Lower-case words with dashes, and whole numbers: names of parameters and sections, counts. No globs, no values. */
const ARGUMENT = /^(?:[a-z][a-z0-9-]{0,63}|\d{1,9})$/;

/** Words that turn a question into a change, wherever they stand: ACL LOG RESET. */
const CHANGES = new Set(['reset', 'resetstat', 'rewrite', 'set', 'kill', 'purge', 'flush', 'del', 'deluser']);

/** What a read-only session lets through: the heads that the probes name, followed by plain words and numbers. */
export function makeAllowList(probes: Iterable<Probe<unknown>>): (command: readonly string[]) => boolean {
  const heads: Command[] = [INFO_EVERYTHING];
  for (const probe of probes) heads.push(...probe.allows);
  return (command) => heads.some((head) => startsWith(command, head) && command.slice(head.length).every(isPlain));
}

function startsWith(command: readonly string[], head: Command): boolean {
  return command.length >= head.length && head.every((word, at) => command[at]?.toUpperCase() === word.toUpperCase());
}

function isPlain(word: string): boolean {
  return ARGUMENT.test(word) && !CHANGES.has(word);
}
