import { type AclLine, aclLine, keyLine, samplingLine } from '../domain/acl-line.ts';
import type { Action } from '../domain/action.ts';
import type { Command } from '../domain/command.ts';
import type { EngineVersion } from '../domain/command-history.ts';
import type { Asked, Probe } from '../domain/probe.ts';
import { problem } from '../domain/problem.ts';
import { REMEDY_CLASS_NAMES, REMEDY_CLASSES, type RemedyClass, remedyClassOf } from '../domain/remedy-class.ts';
import type { Shelf } from '../domain/shelf.ts';

interface Shelves {
  probes: Shelf<Probe<unknown>>;
  actions: Shelf<Action>;
}

interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Which login is wanted. `classes` are names, or `all`. */
export type AclAsk = { at: EngineVersion; user: string } & (
  | { login: 'diagnose'; deep: boolean }
  | { login: 'sentinel' }
  | { login: 'remediate'; classes: readonly string[] }
);

/** `redis-medic acl …`: the line for one login on standard output, what is to know about it on standard error. */
export function aclCommand(shelves: Shelves, ask: AclAsk, { out, err }: Output): number {
  const { line, notes } = lineFor(shelves, ask);
  out(`${line.line}\n`);
  const { engine, version } = ask.at;
  const lacking = line.lacking.map((name) => name.replace('|', ' ').toUpperCase());
  const said = [
    'Put your own password in the place of PASSWORD, and run the line on every server: replicas do not copy users.',
    ...notes,
    ...(lacking.length === 0 ? [] : [`${engine} ${version} has no ${lacking.join(', ')}: this line leaves them out.`]),
  ];
  err(said.map((note) => `${note}\n`).join(''));
  return 0;
}

export function lineFor({ probes, actions }: Shelves, ask: AclAsk): { line: AclLine; notes: string[] } {
  const { at, user } = ask;
  const asked = (of: Asked) => [...probes.values()].filter(({ asks }) => asks === of).flatMap(({ allows }) => allows);
  if (ask.login === 'sentinel') {
    return {
      line: aclLine(user, asked('sentinel'), at),
      notes: ['This one is for the Sentinels, not for the servers.'],
    };
  }
  if (ask.login === 'remediate') return remediate(actions, ask.classes, at, user);
  if (!ask.deep) return { line: aclLine(user, asked('server'), at), notes: [] };
  return {
    line: samplingLine(user, asked('server'), asked('keys'), at),
    notes: ['With this login diagnose --deep sees names, sizes and expiries of keys, and no value.'],
  };
}

function remediate(actions: Shelf<Action>, given: readonly string[], at: EngineVersion, user: string) {
  const used = REMEDY_CLASS_NAMES.filter((name) => [...actions.values()].some((action) => classesOf(action).has(name)));
  // Sentinels have users of their own, a login for keys is bound to a prefix, and who changes users is an administrator.
  const wanted = given.includes('all') ? used.filter((name) => !['sentinel', 'key', 'acl'].includes(name)) : given;
  const unknown = wanted.find((name) => !used.some((one) => one === name));
  if (unknown !== undefined) throw problem('acl-class-unknown', unknown, used);
  const classes = used.filter((name) => wanted.includes(name));
  const within = (command: Command) => classes.some((name) => name === remedyClassOf(command));
  const commands = [...actions.values()].flatMap(({ sends }) => sends.filter(within));
  const line = (classes.includes('key') ? keyLine : aclLine)(user, commands, at);
  return { line, notes: [...classes.map(describe), ...sharedActions(actions, classes)] };
}

function classesOf({ sends }: Action): Set<RemedyClass | undefined> {
  return new Set(sends.map(remedyClassOf));
}

function describe(name: RemedyClass): string {
  return `${name}: may ${REMEDY_CLASSES[name].does}.`;
}

/** Actions that need a class more than the login has. */
function sharedActions(actions: Shelf<Action>, classes: readonly RemedyClass[]): string[] {
  return [...actions].flatMap(([id, action]) => {
    const needed = [...classesOf(action)].filter((name) => name !== undefined);
    const missing = needed.filter((name) => !classes.includes(name));
    return missing.length === 0 || missing.length === needed.length
      ? []
      : [`${id} needs ${missing.join(' and ')} as well.`];
  });
}
