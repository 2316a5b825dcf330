import type { Command } from './command.ts';
import { file } from './host-probe.ts';
import { fieldsOf, processStat, wholeNumber } from './proc-text.ts';

/** What the server says of its process. */
export interface Claim {
  pid: number;
  port: number | undefined;
  uptimeSeconds: number;
  executable: string | undefined;
}

/** What the host says of a process. A text that could not be read is missing. */
export interface ProcessTexts {
  stat: string | undefined;
  status: string | undefined;
  cmdline: string | undefined;
  /** /proc/uptime of the host. */
  uptime: string | undefined;
}

/** A server counts its uptime from a moment after its start, and in whole seconds. */
const SLACK_SECONDS = 5;

/**
 * Whether a process of the host is the server that claims to be it. A number alone proves nothing: in a container the
 * server has another number than on its host, and the host may be the wrong one. It must be a Redis or Valkey server,
 * and as old as the server says or titled with its port.
 */
export function isThatProcess(claim: Claim, texts: ProcessTexts): boolean {
  if (!isServer(claim, texts)) return false;
  const inside = numberInside(texts);
  if (inside !== undefined && inside !== claim.pid) return false;
  return sameAge(claim, texts) || hasPort(claim, texts);
}

/** As above for a process that was searched for: many containers hold a process 1 with the same port, so the age must fit. */
export function isLikelyProcess(claim: Claim, texts: ProcessTexts): boolean {
  return isThatProcess(claim, texts) && sameAge(claim, texts);
}

function isServer({ executable }: Claim, { stat, cmdline = '' }: ProcessTexts): boolean {
  const name = stat === undefined ? '' : (processStat(stat)?.name ?? '');
  const own = executable?.slice(executable.lastIndexOf('/') + 1);
  const words = [name, ...cmdline.split('\0')];
  return words.some((word) => /redis|valkey/i.test(word) || (own !== undefined && own !== '' && word.includes(own)));
}

/** The number of a process in the innermost of its PID namespaces; undefined on kernels that do not tell. */
function numberInside({ status = '' }: ProcessTexts): number | undefined {
  return wholeNumber(fieldsOf(status).get('NSpid')?.split(/\s+/).at(-1));
}

function sameAge({ uptimeSeconds }: Claim, { stat = '', uptime = '' }: ProcessTexts): boolean {
  const started = processStat(stat)?.startedAt;
  const up = Number(uptime.split(' ')[0]);
  return started !== undefined && up > 0 && Math.abs(up - started - uptimeSeconds) <= SLACK_SECONDS;
}

/** The title of a server names where it listens: `/usr/bin/redis-server 127.0.0.1:6379`. */
function hasPort({ port }: Claim, { cmdline = '' }: ProcessTexts): boolean {
  return port !== undefined && new RegExp(`:${port}(?!\\d)`).test(cmdline);
}

/** True when the process sees another tree of files than its host, so that its paths mean something else here. */
export function isContained(status: string, cgroup: string): boolean {
  const numbers = fieldsOf(status).get('NSpid')?.split(/\s+/).length ?? 1;
  return numbers > 1 || containerOf(cgroup) !== undefined;
}

/** What runs the container that these control groups belong to. */
export function containerOf(cgroup: string): 'kubernetes' | 'container' | undefined {
  if (/kubepods/.test(cgroup)) return 'kubernetes';
  return /docker|containerd|libpod|crio|lxc|\.scope\/container/.test(cgroup) ? 'container' : undefined;
}

/** The systemd unit that a process belongs to: the innermost group, when it is a service. */
export function unitOf(cgroup: string): string | undefined {
  return /^(?:0:|\d+:name=systemd):\S*\/([^/\s]+\.service)$/m.exec(cgroup)?.[1];
}

/** The control group of a process for a controller, and whether that has a tree of its own, as in the first version. */
function groupFor(cgroup: string, controller: string): { path: string; old: boolean } | undefined {
  const own = cgroup.split('\n').map((line) => line.split(':'));
  const old = own.find(([, controllers = '']) => controllers.split(',').includes(controller));
  const path = (old ?? own.find(([number]) => number === '0'))?.slice(2).join(':').trim();
  return path?.startsWith('/') ? { path, old: old !== undefined } : undefined;
}

/** The control group whose memory the process uses, such as `/system.slice/redis-server.service`. */
export function memoryGroup(cgroup: string): string | undefined {
  return groupFor(cgroup, 'memory')?.path;
}

/** The folders of a controller's groups, the innermost first: a limit of any of them holds. */
export function groupFolders(cgroup: string, controller: 'memory' | 'cpu'): string[] {
  const group = groupFor(cgroup, controller);
  if (!group) return [];
  const { path, old } = group;
  const base = old ? `/sys/fs/cgroup/${controller}` : '/sys/fs/cgroup';
  const names = path.split('/').filter((name) => name !== '');
  return [...names.keys(), names.length].toReversed().map((depth) => [base, ...names.slice(0, depth)].join('/'));
}

/** What is read of a process to know whether it is the server, and where it runs. */
export const PROCESS_FILES = {
  stat: file('/proc/{pid}/stat'),
  status: file('/proc/{pid}/status'),
  cmdline: file('/proc/{pid}/cmdline'),
  cgroup: file('/proc/{pid}/cgroup'),
  interfaces: file('/proc/{pid}/net/dev'),
} as const satisfies Record<string, Command>;
export const HOST_UPTIME: Command = file('/proc/uptime');
/** Numbers of the processes that may be a server, for one whose own number is that of a container. */
export const SERVER_SEARCH: Command = ['pgrep', '^(redis|valkey)'];
