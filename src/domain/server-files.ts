import { RESTORE_FILE } from './host-command.ts';
import type { HostPlace } from './host-place.ts';
import { besideHost } from './host-probe.ts';
import { type Claim, groupFolders, isContained, unitOf } from './host-process.ts';
import type { Info } from './info.ts';
import { defineConfigProbe, type FieldsOf, NotAnswered } from './probe.ts';
import { fieldsOf, kilobytes } from './proc-text.ts';
import { bytes } from './units.ts';

const FILES = {
  dir: 'text',
  dbfilename: 'text?',
  appenddirname: 'text?',
  appendfilename: 'text?',
  aclfile: 'text?',
  logfile: 'text?',
} as const;

/** Where a server keeps its files, as it names them. */
export const serverFiles = besideHost(defineConfigProbe(FILES));
export type ServerFiles = FieldsOf<typeof FILES>;

/** Reading a larger append-only file twice in a diagnosis would be felt. */
const SMALL_AOF = 32 * 1024 * 1024;

/** More memory than this is not walked through. */
const COUNTABLE = 8 * 1024 * 1024 * 1024;

/** What the server says of its process; undefined when it names none. */
export function claimOf(info: Info): Claim | undefined {
  const pid = info.number('process_id');
  const uptimeSeconds = info.number('uptime_in_seconds');
  if (pid === undefined || uptimeSeconds === undefined) return undefined;
  return { pid, port: info.number('tcp_port'), uptimeSeconds, executable: info.text('executable') };
}

/** The process as the host shows it. */
export interface HostProcess {
  pid: number;
  status: string;
  cgroup: string;
  /** /proc/PID/net/dev. */
  interfaces: string;
}

/** Where a server runs: what it told of its files, seen from the host of its process. */
export function placeOf(
  info: Info,
  files: ServerFiles | NotAnswered,
  process: HostProcess,
  backups?: string,
): HostPlace {
  const { pid, status, cgroup, interfaces } = process;
  const root = isContained(status, cgroup) ? `/proc/${pid}/root` : '';
  const seen = (path: string | undefined, what: string) =>
    path ? [`${root}${path}`] : new NotAnswered(`the server has no ${what}`);
  const among = (what: string, path: (files: ServerFiles) => string | undefined) =>
    files instanceof NotAnswered ? files : seen(path(files), what);
  const port = info.number('tcp_port');
  return {
    pid: [String(pid)],
    countable_pid: countable(pid, status),
    port: port ? [String(port)] : new NotAnswered('the server listens on no TCP port'),
    dir: among('dir', ({ dir }) => dir),
    aof_dir: among('append-only file', aofFolder),
    small_aof: smallAof(info, files, (path) => seen(path, 'append-only file')),
    rdb_file: among('snapshot file', ({ dir, dbfilename }) => beside(dir, dbfilename)),
    acl_file: among('ACL file', ({ dir, aclfile }) => beside(dir, aclfile)),
    log_file: among('log file', ({ dir, logfile }) => beside(dir, logfile)),
    config_dir: seen(info.text('config_file')?.replace(/\/[^/]*$/, '/'), 'configuration file'),
    config_file: seen(info.text('config_file'), 'configuration file'),
    executable: seen(info.text('executable'), 'executable'),
    checker: seen(checkerOf(info.text('executable')), 'executable'),
    restore_file: backups === undefined ? NO_BACKUPS : [`${backups}/${RESTORE_FILE}`],
    memory_cgroup: groupFolders(cgroup, 'memory'),
    cpu_cgroup: groupFolders(cgroup, 'cpu'),
    unit: named(unitOf(cgroup)),
    nic: [...interfaces.matchAll(/^\s*([^\s:]+):/gm)].map(([, name = '']) => name).filter((name) => name !== 'lo'),
  };
}

const NO_BACKUPS = new NotAnswered('medic.yml names no folder for backups on the machines');

/** The program that checks a snapshot, of the same version: `/usr/bin/redis-check-rdb`. */
export function checkerOf(executable: string | undefined): string | undefined {
  const [, folder, engine] = /^(\/.*\/|\/)(redis|valkey)[^/]*$/.exec(executable ?? '') ?? [];
  return folder === undefined ? undefined : `${folder}${engine}-check-rdb`;
}

/** Counting huge pages walks through all memory of the process: not where there can be none, nor where it takes long. */
function countable(pid: number, status: string): readonly string[] | NotAnswered {
  const fields = fieldsOf(status);
  const resident = kilobytes(fields.get('VmRSS'));
  if (fields.get('THP_enabled') === '0') return new NotAnswered('the process opted out of huge pages');
  if (resident !== undefined && resident <= COUNTABLE) return [String(pid)];
  return new NotAnswered('the process is too large for its huge pages to be counted');
}

/** A path of the configuration: a relative one begins at the server's own folder. */
function beside(dir: string, path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  return path.startsWith('/') ? path : `${dir === '/' ? '' : dir}/${path}`;
}

/** Redis 7.0 and newer keep the parts of the append-only file in a folder, older ones have one file. */
function aofFolder({ dir, appenddirname }: ServerFiles): string | undefined {
  return appenddirname === undefined ? dir : beside(dir, appenddirname);
}

function smallAof(
  info: Info,
  files: ServerFiles | NotAnswered,
  seen: (path: string | undefined) => HostPlace[keyof HostPlace],
) {
  if (files instanceof NotAnswered) return files;
  const size = info.number('aof_current_size');
  if (info.number('aof_enabled') !== 1 || size === undefined) return seen(undefined);
  if (size > SMALL_AOF) return new NotAnswered(`the append-only file is too large to be checked: ${bytes(size)}`);
  const folder = aofFolder(files);
  const { appendfilename, appenddirname } = files;
  if (folder === undefined || appendfilename === undefined) return seen(undefined);
  return seen(beside(folder, appenddirname === undefined ? appendfilename : `${appendfilename}.manifest`));
}

function named(unit: string | undefined): readonly string[] | NotAnswered {
  return unit === undefined ? new NotAnswered('the process belongs to no systemd service') : [unit];
}
