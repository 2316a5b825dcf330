import { HOST_NOT_LOOKED_AT } from '../../domain/host-probe.ts';
import { growth, NotAnswered } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readingOf, type UnreadNode } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import kernelLog, { type OomKill } from '../../probes/host-kernel-log.ts';
import log from '../../probes/host-log.ts';
import hostMemory from '../../probes/host-memory.ts';
import process from '../../probes/host-process.ts';
import persistence from '../../probes/persistence.ts';
import server from '../../probes/server.ts';

/** A supervisor starts a killed server again within this. */
const RESTART_SECONDS = 600;
/** What was killed, or came back, this long ago is still an incident. */
const RECENT_SECONDS = 3600;

const SERVER = /redis|valkey/i;

/** The kernel killed a server, or the child that writes its data, because memory ran out. */
export default defineRule({
  scope: 'target',
  needs: { hostMemory, process, persistence, server },
  more:
    'The kernel ended the server, or the child that was writing its data, because the host or the control group had no memory left; what was not saved is lost, and it will happen again. ' +
    'Usually maxmemory leaves no room for fragmentation, buffers and the pages that are copied while a child writes. ' +
    'Lower maxmemory or raise the limit of the group, run fewer servers on the host, and set OOMScoreAdjust so that something else goes first.',
  explains: [
    'node-unreachable',
    'dependency-unreachable',
    'recent-restart',
    'crash-loop',
    'rdb-bgsave-failing',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'replica-full-resync-loop',
    'instance-loading',
    'replica-link-down',
    'role-changed-recently',
    'rdb-stale-save',
    'sentinel-master-down',
    'cluster-node-failed',
  ],
  tells:
    'dmesg -T shows "Killed process" at that moment, and the log of the server a process that was ended by signal 9.',
  check({ nodes }) {
    const answers = nodes.map((node) => ({ node: node.name, ...answerOf(node) }));
    const found = answers.flatMap(({ node, found: seen }) => (seen ? [{ ...seen, node }] : []));
    const blind = answers.find(({ unassessed }) => unassessed !== undefined)?.unassessed;
    return found.length === 0 && blind !== undefined ? { unassessed: blind } : found;
  },
});

interface Answer {
  found?: Found | undefined;
  unassessed?: string;
}

function answerOf(node: ReadNode | UnreadNode): Answer {
  try {
    if (node.kind === 'unread') return { found: killedServer(node) };
    return { found: justNow(node) ?? killedChild(node) ?? killedBefore(node) ?? inHistory(node) };
  } catch (error) {
    if (error instanceof NotAnswered) return { unassessed: error.message };
    throw error;
  }
}

/** A server that is gone: what its host killed within the last hour is why. */
function killedServer(node: UnreadNode): Found | undefined {
  if (node.cause !== 'unreachable') return undefined;
  const kernel = readingIfAny(node, kernelLog)?.now;
  if (!kernel) throw new NotAnswered(whyUnknown(node));
  const kill = kernel.kills.findLast(({ name }) => SERVER.test(name));
  if (!kill || kernel.uptime - kill.at > RECENT_SECONDS) return undefined;
  return {
    severity: 'critical',
    headline: `The kernel killed ${kill.name} ${duration(kernel.uptime - kill.at)} ago on the host of ${node.name}, where no server answers now`,
    evidence: [killLine(kill), { field: 'connection', value: node.detail, expected: 'an answer' }],
  };
}

function whyUnknown(node: UnreadNode): string {
  const outcome = node.outcomes?.get(kernelLog);
  if (outcome?.kind === 'unanswered') return outcome.reason;
  return HOST_NOT_LOOKED_AT;
}

function justNow(node: ReadNode): Found | undefined {
  const fresh = growth(readingOf(node, hostMemory), (now) => now.oomKills);
  if (!fresh) return undefined;
  return {
    severity: 'critical',
    headline: `The kernel killed ${processes(fresh)} of this server's control group just now`,
    evidence: [{ field: 'oom_kill of the control group', value: `+${fresh}`, expected: '+0' }],
  };
}

function killedChild(node: ReadNode): Found | undefined {
  const disk = readingOf(node, persistence).now;
  const said = readingIfAny(node, log)?.now.childKilled;
  const kills = readingOf(node, hostMemory).now.oomKills ?? 0;
  const failed = disk.rdb_last_bgsave_status === 'err' || disk.aof_last_bgrewrite_status === 'err';
  if (!failed || (said === undefined && kills === 0)) return undefined;
  return {
    severity: 'critical',
    headline: 'The child that writes the data was killed: its last attempt failed',
    evidence: [
      { field: 'oom_kill of the control group', value: String(kills), expected: '0' },
      ...(said === undefined
        ? []
        : [{ field: 'log of the server', value: said, expected: 'no child that is ended by signal 9' }]),
    ],
  };
}

/** An earlier run of this server was killed, and this one was started for it. */
function killedBefore(node: ReadNode): Found | undefined {
  const own = readingOf(node, process).now;
  const kernel = readingIfAny(node, kernelLog)?.now;
  const pids = readingIfAny(node, log)?.now.pids ?? [];
  const { startedAt } = own;
  if (!kernel || startedAt === undefined) return undefined;
  const kill = kernel.kills.findLast((one) => one.at <= startedAt && isSelf(one, own, pids));
  if (!kill || startedAt - kill.at > RESTART_SECONDS) return undefined;
  const up = readingOf(node, server).now.uptime_in_seconds;
  return {
    severity: up < RECENT_SECONDS ? 'critical' : 'info',
    headline: `The kernel killed ${kill.name} ${duration(kernel.uptime - kill.at)} ago, and this server was started ${duration(startedAt - kill.at)} later`,
    evidence: [killLine(kill), { field: 'uptime_in_seconds', value: String(up), expected: '' }],
  };
}

function inHistory(node: ReadNode): Found | undefined {
  const kills = readingOf(node, hostMemory).now.oomKills;
  if (kills === undefined && !readingIfAny(node, kernelLog)) {
    throw new NotAnswered('neither the kernel log nor the control group can be read');
  }
  if (!kills) return undefined;
  return {
    severity: 'info',
    headline: `The kernel killed ${processes(kills)} of this server's control group since that was made`,
    evidence: [{ field: 'oom_kill of the control group', value: String(kills), expected: '0' }],
  };
}

function processes(count: number): string {
  return count === 1 ? 'a process' : `${count} processes`;
}

function killLine({ pid, name }: OomKill): Found['evidence'][number] {
  return { field: 'kernel log', value: `Killed process ${pid} (${name})`, expected: 'no such line' };
}

/** Whether what was killed is an earlier run of this server: it wrote to the same log, or lived in the same service or pod. */
function isSelf(
  { pid, name, group }: OomKill,
  own: { group: string | undefined; container: string | undefined },
  pids: readonly number[],
): boolean {
  if (pids.includes(pid)) return true;
  if (!SERVER.test(name) || group === undefined || own.group === undefined) return false;
  // A container that is started again in its pod has a new group beside the old one.
  const home = (path: string) => (own.container === 'kubernetes' ? path.replace(/\/[^/]*$/, '') : path);
  return home(group) === home(own.group) && /\.service$|kubepods|docker|containerd|libpod|lxc/.test(group);
}
