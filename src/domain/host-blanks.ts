import type { Command } from './command.ts';
import { KERNEL_SETTING_NAMES, KERNEL_SETTINGS } from './kernel-settings.ts';

/** A file or folder: nothing that a shell gives a meaning to, and none of the system's own folders. */
const PATH = String.raw`(?!/(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|usr)(?:/|$))(?:/[A-Za-z0-9_@%+=,.~-]+)+`;
const NAME = '[A-Za-z0-9_@%+=,.~][A-Za-z0-9_@%+=,.~-]*';
/** Modes of a snapshot that are put back as they were. */
export const SNAPSHOT_MODES = ['0600', '0640', '0644', '0660', '0664'] as const;
const DIGIT = '[0-9]';

/** What the rules of sudo are written for: one server of a host, and what belongs to it. */
export interface HostFacts {
  /** The systemd unit. */
  unit: string;
  /** The user that the server runs as, and its files belong to. */
  owner: string;
  /** The folder of its data. */
  data: string;
  /** Names in that folder: the snapshot, the folder of the append-only file, the append-only file. */
  snapshot: string;
  aof_folder: string;
  aof_file: string;
  /** The folder beside it where a backup to restore is put. */
  backups: string;
  /** redis-check-rdb of the same version. */
  checker: string;
}

interface BlankKind {
  /** A regular expression for what may stand there. */
  allowed: string;
  /** What sudo is to let through, in its own patterns; nothing where that is not known. */
  shapes(facts: Partial<HostFacts>): readonly string[];
}

/** A blank for what an administrator names when the rules are written. */
function named(fact: keyof HostFacts, allowed: string): BlankKind {
  return { allowed, shapes: (facts) => [facts[fact] ?? []].flat() };
}

export const HOST_BLANKS = {
  setting: {
    allowed: KERNEL_SETTING_NAMES.map((name) => `${plain(name)}=(?:${KERNEL_SETTINGS[name].allowed})`).join('|'),
    shapes: () =>
      KERNEL_SETTING_NAMES.flatMap((name) => KERNEL_SETTINGS[name].shapes.map((shape) => `${name}=${shape}`)),
  },
  /** When it was planned, to the second: names what belongs to one run. */
  stamp: {
    allowed: String.raw`\d{8}-\d{6}`,
    shapes: () => [`${DIGIT.repeat(8)}-${DIGIT.repeat(6)}`],
  },
  owner: named('owner', '[a-z_][a-z0-9_-]{0,31}'),
  unit: named('unit', String.raw`[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}\.service`),
  /** The mode that the snapshot had. */
  mode: { allowed: SNAPSHOT_MODES.join('|'), shapes: () => SNAPSHOT_MODES },
  data: named('data', PATH),
  snapshot: named('snapshot', NAME),
  aof_folder: named('aof_folder', NAME),
  aof_file: named('aof_file', NAME),
  backups: named('backups', PATH),
  checker: named('checker', '(?:/[A-Za-z0-9_@%+=,.~-]+)*/(?:redis|valkey)-check-rdb'),
} as const satisfies Record<string, BlankKind>;
export type HostBlank = keyof typeof HOST_BLANKS;

/** The template with its blanks filled in; throws where a value is not one that may stand there. */
export function hostCommand(template: Command, values: Partial<Record<HostBlank, string>>): Command {
  const [program, ...words] = template.map((word) =>
    word.replace(/\{([a-z_]+)\}/g, (whole, blank: HostBlank) => values[blank] ?? whole),
  );
  const command: Command = [program ?? '', ...words];
  if (!fitsHostTemplate(template, command)) throw new Error(`no host is given this: ${command.join(' ')}`);
  return command;
}

/** Whether a command is one that this template can make. */
export function fitsHostTemplate(template: Command, command: readonly string[]): boolean {
  return (
    template.length === command.length &&
    command.every((word, at) => shapeOf(template[at] ?? '').test(word) && !word.split('/').includes('..'))
  );
}

/** A word of a template as a regular expression for all of a word. */
function shapeOf(word: string): RegExp {
  const parts = word.split(/(\{[a-z_]+\})/).map((part) => {
    const blank = /^\{([a-z_]+)\}$/.exec(part)?.[1];
    return blank === undefined ? plain(part) : `(?:${blankNamed(blank).allowed})`;
  });
  return new RegExp(`^(?:${parts.join('')})$`, 's');
}

export function blankNamed(name: string): BlankKind {
  if (!(name in HOST_BLANKS)) throw new Error(`A host command leaves {${name}} open, which nobody can fill in.`);
  return HOST_BLANKS[name as HostBlank];
}

/** Whether a fact is one that may stand in a command. */
export function isHostFact(fact: keyof HostFacts, text: string): boolean {
  return fitsHostTemplate([`{${fact}}`], [text]);
}

function plain(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
