import type { Command } from './command.ts';
import {
  HUGE_PAGES,
  HUGE_PAGES_KEPT,
  HUGE_PAGES_KEPT_TOOL,
  HUGE_PAGES_NOW,
  type HugePages,
  hugePagesTool,
  KERNEL_SETTING_NAMES,
  KERNEL_SETTINGS,
  keptIn,
  toolFor,
} from './kernel-settings.ts';

/** The file that is put into the folder for backups in order to be restored. */
export const RESTORE_FILE = 'restore.rdb';

/** Nobody types a password, and every word is told to sudo as it stands. */
export const AS_ROOT = ['/usr/bin/sudo', '-n'] as const;
/** Files of the server are touched as the server's own user: whatever that user did to its folder, no more can come of it. */
export const AS_OWNER = ['/usr/bin/sudo', '-n', '-u', '{owner}'] as const;

/** Changes settings of the kernel, now and for good. Where a value is kept, program, source and place are fixed together. */
export const setSetting = [...AS_ROOT, '/usr/sbin/sysctl', '-w', '{setting}'] as const satisfies Command;
const KERNEL_TEMPLATES: readonly Command[] = [
  setSetting,
  ...KERNEL_SETTING_NAMES.flatMap((name): Command[] => [
    ...KERNEL_SETTINGS[name].kept.map((value): Command => keep(toolFor(name, value), keptIn(name))),
    forget(keptIn(name)),
  ]),
  ...HUGE_PAGES.map(setHugePages),
  keep(HUGE_PAGES_KEPT_TOOL, HUGE_PAGES_KEPT),
  forget(HUGE_PAGES_KEPT),
];

export function keep(tool: string, place: string): Command {
  return [...AS_ROOT, '/usr/bin/install', '-m', '0644', '-T', tool, place];
}

export function forget(place: string): Command {
  return [...AS_ROOT, '/usr/bin/rm', '-f', place];
}

export function setHugePages(mode: HugePages): Command {
  return [...AS_ROOT, '/usr/bin/cp', hugePagesTool(mode), HUGE_PAGES_NOW];
}

const STAGED = '{data}/medic-{stamp}.rdb';
/** What is not whole yet goes by another name, the same each time: an attempt begins by replacing what one before has left. */
const PART = '{data}/medic-incoming.part';
const BEFORE = '{data}/before-{stamp}';
const AFTER = '{data}/restored-{stamp}';
const ONE_LEVEL = ['-mindepth', '1', '-maxdepth', '1'] as const;
/** Whatever is there of what makes up the data of a server. */
const DATA_FILES = [
  ...AS_OWNER,
  '/usr/bin/find',
  '{data}',
  ...ONE_LEVEL,
  '(',
  '-name',
  '{snapshot}',
  '-o',
  '-name',
  '{aof_folder}',
  '-o',
  '-name',
  '{aof_file}',
  ')',
  '-exec',
] as const;
const ifAside = (name: string) => [...AS_OWNER, '/usr/bin/find', BEFORE, ...ONE_LEVEL, '-name', name, '-exec'] as const;
/** Does something only where the folder of the append-only file was moved aside. */
const IF_AOF_ASIDE = ifAside('{aof_folder}');

/** Moves what the restore brought aside where what it replaced is still waiting to come back. */
function asideWhereLeft(name: string) {
  return [...ifAside(name), '/usr/bin/mv', '-n', '-t', AFTER, `{data}/${name}`, ';'] as const;
}

/** The commands of a restore, by what they are for. */
export const RESTORE_TEMPLATES = {
  copy: [...AS_OWNER, '/usr/bin/install', '-m', '{mode}', '-T', `{backups}/${RESTORE_FILE}`, PART],
  /** A new file in any case: what still writes into that of an attempt before writes into nothing. */
  begin: [...AS_OWNER, '/usr/bin/install', '-m', '{mode}', '-T', '/dev/null', PART],
  /** Reads what is sent, the only one that does. */
  receive: [...AS_OWNER, '/usr/bin/dd', `of=${PART}`, 'bs=1M', 'iflag=fullblock', 'conv=notrunc,fsync', 'status=none'],
  size: [...AS_OWNER, '/usr/bin/stat', '-c', '%s', PART],
  digest: [...AS_OWNER, '/usr/bin/sha256sum', PART],
  arrive: [...AS_OWNER, '/usr/bin/mv', '-f', '-T', PART, STAGED],
  check: [...AS_OWNER, '{checker}', STAGED],
  discard: [...AS_OWNER, '/usr/bin/rm', '-f', PART, STAGED],
  makeBefore: [...AS_OWNER, '/usr/bin/mkdir', '-m', '0750', BEFORE],
  dropBefore: [...AS_OWNER, '/usr/bin/rmdir', BEFORE],
  stop: [...AS_ROOT, '/usr/bin/systemctl', 'stop', '{unit}'],
  start: [...AS_ROOT, '/usr/bin/systemctl', 'start', '{unit}'],
  aside: [...DATA_FILES, '/usr/bin/mv', '-n', '-t', BEFORE, '{}', '+'],
  placeSnapshot: [...AS_OWNER, '/usr/bin/mv', '-n', '-T', STAGED, '{data}/{snapshot}'],
  placeAof: [...AS_OWNER, '/usr/bin/mv', '-n', '-T', STAGED, '{data}/{aof_file}'],
  /** The way back, right wherever it stopped: what was not moved aside is not touched. */
  newAofFolderAway: [...IF_AOF_ASIDE, '/usr/bin/mv', '-T', '{data}/{aof_folder}', AFTER, ';'],
  newAofFileAway: [...IF_AOF_ASIDE, '/usr/bin/rm', '-f', '{data}/{aof_file}', ';'],
  back: [...AS_OWNER, '/usr/bin/find', BEFORE, ...ONE_LEVEL, '-exec', '/usr/bin/mv', '-f', '-t', '{data}', '{}', '+'],
  /** After a restore that is taken back, what it brought stays here. */
  makeAfter: [...AS_OWNER, '/usr/bin/mkdir', '-m', '0750', AFTER],
  newAside: [...DATA_FILES, '/usr/bin/mv', '-n', '-t', AFTER, '{}', '+'],
  /** Takes that to its end wherever it stopped: what is back already is not touched. */
  makeAfterAnyway: [...AS_OWNER, '/usr/bin/mkdir', '-p', '-m', '0750', AFTER],
  newSnapshotAside: asideWhereLeft('{snapshot}'),
  newAofFolderAside: asideWhereLeft('{aof_folder}'),
  newAofFileAside: asideWhereLeft('{aof_file}'),
} as const satisfies Record<string, Command>;

/** Every command that may be run on a host to change something; whatever is not one of these is not passed on. */
export const HOST_COMMANDS: readonly Command[] = [...KERNEL_TEMPLATES, ...Object.values(RESTORE_TEMPLATES)];
