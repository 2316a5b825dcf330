import { growth, NotAnswered } from '../../domain/probe.ts';
import type { Found } from '../../domain/rule.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import kernelLog, { type OomKill } from '../../probes/host-kernel-log.ts';
import log from '../../probes/host-log.ts';
import hostMemory from '../../probes/host-memory.ts';
import process from '../../probes/host-process.ts';
import persistence from '../../probes/persistence.ts';
import server from '../../probes/server.ts';

/** A supervisor starts a killed server again within this. */
const RESTART_SECONDS = 600;
/** A server that came back this long ago is still an incident. */
const RECENT_SECONDS = 3600;

/** The kernel killed a process of this server because memory ran out. */
export default defineRule({
  scope: 'node',
  needs: { hostMemory, process, persistence, server },
  more:
    'The kernel ended the server, or the child that was writing its data, because the host or the control group had no memory left; what was not saved is lost, and it will happen again. ' +
    'Usually maxmemory leaves no room for fragmentation, buffers and the pages that are copied while a child writes. ' +
    'Lower maxmemory or raise the limit of the group, run fewer servers on the host, and set OOMScoreAdjust so that something else goes first.',
  explains: [
    'recent-restart',
    'crash-loop',
    'rdb-bgsave-failing',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'replica-full-resync-loop',
  ],
  check({ hostMemory: memory, process: { now: own }, persistence: { now: disk }, server: { now: info } }, { node }) {
    const fresh = growth(memory, (now) => now.oomKills);
    if (fresh !== undefined && fresh > 0) {
      return found(
        'critical',
        `The kernel killed ${fresh} ${fresh === 1 ? 'process' : 'processes'} of this server's control group just now`,
        [{ field: 'oom_kill of the control group', value: `+${fresh}`, expected: '+0' }],
      );
    }
    const { childKilled: child, pids = [] } = readingIfAny(node, log)?.now ?? {};
    const childFailed = disk.rdb_last_bgsave_status === 'err' || disk.aof_last_bgrewrite_status === 'err';
    const kills = memory.now.oomKills ?? 0;
    if (childFailed && (child !== undefined || kills > 0)) {
      return found('critical', 'The child that writes the data was killed: its last attempt failed', [
        { field: 'oom_kill of the control group', value: String(kills), expected: '0' },
        ...(child === undefined
          ? []
          : [{ field: 'log of the server', value: child, expected: 'no child that is ended by signal 9' }]),
      ]);
    }
    const kernel = readingIfAny(node, kernelLog)?.now;
    const before = kernel?.kills.findLast((kill) => kill.at <= (own.startedAt ?? 0) && isSelf(kill, own, pids));
    if (kernel && before && own.startedAt !== undefined && own.startedAt - before.at <= RESTART_SECONDS) {
      const recent = info.uptime_in_seconds < RECENT_SECONDS;
      return found(
        recent ? 'critical' : 'info',
        `The kernel killed ${before.name} ${duration(kernel.uptime - before.at)} ago, and this server was started ${duration(own.startedAt - before.at)} later`,
        [
          { field: 'kernel log', value: `Killed process ${before.pid} (${before.name})`, expected: 'no such line' },
          { field: 'uptime_in_seconds', value: String(info.uptime_in_seconds), expected: '' },
        ],
      );
    }
    if (kills > 0) {
      return found(
        'info',
        `The kernel killed ${kills} ${kills === 1 ? 'process' : 'processes'} of this server's control group since that was made`,
        [{ field: 'oom_kill of the control group', value: String(kills), expected: '0' }],
      );
    }
    if (!kernel && memory.now.oomKills === undefined)
      throw new NotAnswered('neither the kernel log nor the control group can be read');
    return;
  },
});

function found(severity: Found['severity'], headline: string, evidence: Found['evidence']): Found {
  return { severity, headline, evidence };
}

/** Whether what was killed is an earlier run of this server: it wrote to the same log, or lived in the same service or pod. */
function isSelf(
  { pid, name, group }: OomKill,
  own: { group: string | undefined; container: string | undefined },
  pids: readonly number[],
): boolean {
  if (pids.includes(pid)) return true;
  if (!/redis|valkey/i.test(name) || group === undefined || own.group === undefined) return false;
  // A container that is started again in its pod has a new group beside the old one.
  const home = (path: string) => (own.container === 'kubernetes' ? path.replace(/\/[^/]*$/, '') : path);
  return home(group) === home(own.group) && /\.service$|kubepods|docker|containerd|libpod|lxc/.test(group);
}
