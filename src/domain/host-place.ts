import type { Command } from './command.ts';
import { NotAnswered } from './probe.ts';

/** Nothing that a shell gives a meaning to, and no way up. Also what systemd writes into the names of control groups. */
const PATH = /^\/[A-Za-z0-9_@%+=:,.~/\\-]*$/;
/** What the kernel makes up is asked for by name, never because a server says so; only the files of a container lie below. */
const KERNEL = /^\/+(?:proc(?!\/\d+\/root(?:\/|$))|sys|dev)(?:\/|$)/;
const isSafe = (text: string) => PATH.test(text) && !text.split('/').includes('..');
const isPath = (text: string) => isSafe(text) && !KERNEL.test(text);
const isNumber = (text: string) => /^[1-9]\d{0,9}$/.test(text);
const isControlGroup = (text: string) => isSafe(text) && /^\/sys\/fs\/cgroup(?:\/|$)/.test(text);

/** What a template of a host probe may leave open, and what may stand there. */
const BLANKS = {
  /** The server's process, as the host numbers it. */
  pid: isNumber,
  port: isNumber,
  /** The process again, where its huge pages can be counted without being felt. */
  countable_pid: isNumber,
  /** The folder of snapshots. */
  dir: isPath,
  /** The folder of the append-only file. */
  aof_dir: isPath,
  /** The append-only file, or its manifest, where it is small enough to be read whole. */
  small_aof: isPath,
  rdb_file: isPath,
  config_file: isPath,
  /** The folder of the configuration file. */
  config_dir: isPath,
  acl_file: isPath,
  log_file: isPath,
  executable: isPath,
  /** The program beside it that checks a snapshot. */
  checker: isPath,
  /** A backup that was put there to be restored. */
  restore_file: isPath,
  /** The folders of the process's control groups, the innermost first. */
  memory_cgroup: isControlGroup,
  cpu_cgroup: isControlGroup,
  /** The systemd unit that the process belongs to. */
  unit: (text: string) => /^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}\.service$/.test(text),
  /** The network interfaces, without loopback. */
  nic: (text: string) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(text),
} as const satisfies Record<string, (text: string) => boolean>;

export type Blank = keyof typeof BLANKS;

/** What is known of where a server runs; the reason where something is not. */
export type HostPlace = Readonly<Record<Blank, readonly string[] | NotAnswered>>;

/** Nothing of it is known. */
export function unknownPlace(reason: string): HostPlace {
  const unknown = new NotAnswered(reason);
  return Object.fromEntries(Object.keys(BLANKS).map((blank) => [blank, unknown])) as Record<Blank, NotAnswered>;
}

/** The questions that a template makes at a place, one for each value of what it leaves open. Throws NotAnswered where that is not known. */
export function fill(template: Command, place: HostPlace): Command[] {
  const blank = template.map(blankIn).find((found) => found !== undefined);
  if (blank === undefined) return [template];
  const values = place[blank];
  if (values instanceof NotAnswered) throw values;
  return values.flatMap((value) => {
    if (!BLANKS[blank](value)) {
      throw new NotAnswered(`${blank.replaceAll('_', ' ')} has characters that are not passed on to a host`);
    }
    const [head, ...rest] = template.map((word) => word.replace(`{${blank}}`, () => value));
    return head === undefined ? [] : fill([head, ...rest], place);
  });
}

/** Whether a question is one that this template can make. */
export function fits(template: Command, question: readonly string[]): boolean {
  return template.length === question.length && template.every((word, at) => wordFits(word, question[at] ?? ''));
}

function wordFits(word: string, given: string): boolean {
  const blank = blankIn(word);
  if (blank === undefined) return word === given;
  const [before = '', after = ''] = word.split(`{${blank}}`);
  const value = given.slice(before.length, given.length - after.length);
  return `${before}${value}${after}` === given && BLANKS[blank](value);
}

function blankIn(word: string): Blank | undefined {
  const name = /\{([a-z_]+)\}/.exec(word)?.[1];
  if (name === undefined) return undefined;
  if (!(name in BLANKS)) throw new Error(`A host probe leaves {${name}} open, which nobody can fill in.`);
  return name as Blank;
}
