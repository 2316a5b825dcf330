import { defineRule } from '../../domain/rule.ts';
import { atLeast } from '../../domain/server.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import replication from '../../probes/replication.ts';
import server from '../../probes/server.ts';

const RATIO = 0.9;

/** Smaller servers have pages that were asked for and never touched in this order of size. */
const LARGE = 1024 * 1024 * 1024;

/** While data is loaded, what is resident lags behind. Seconds. */
const JUST_STARTED = 300;

export default defineRule({
  scope: 'node',
  needs: { memory, server, replication },
  explains: [
    'slow-commands-present',
    'fast-command-spikes',
    'command-latency-p99-high',
    'event-loop-saturated',
    'fork-slow',
    'replica-ack-lag',
    'replica-lag-bytes',
  ],
  tells:
    'VmSwap in /proc/PID/status of the server is hundreds of megabytes, and quick commands such as GET are slow as well.',
  more:
    'Less is in RAM than the server uses, so the rest must be in swap, and each command that touches it waits for the disk. ' +
    'Usually the host is short of memory. ' +
    'Look at VmSwap of the process before you act: compressed swap (zram) and pages never touched look the same. Then free memory on the host, or move the server.',
  check({ memory: { now }, server, replication }, { node, threshold }) {
    const { used_memory_rss: resident } = now;
    // A client that announces a large value gets the room for it, and touches it when it sends.
    const touched = now.used_memory - (now.mem_clients_normal ?? 0) - unwritten(node.identity.version, replication.now);
    if (touched <= LARGE || server.now.uptime_in_seconds < JUST_STARTED) return;
    const allowed = threshold('ratio', RATIO);
    if (resident / touched >= allowed) return;
    return {
      severity: 'high',
      headline: `Only ${percent(resident / touched)} of the used memory is in RAM; about ${bytes(touched - resident)} must be swapped out`,
      evidence: [
        { field: 'used_memory_rss', value: String(resident), expected: `>= ${Math.ceil(allowed * touched)}` },
        { field: 'used_memory', value: String(now.used_memory), expected: 'all of it in RAM' },
        {
          field: 'mem_clients_normal',
          value: String(now.mem_clients_normal ?? 'missing'),
          expected: 'left out, as it may never have been touched',
        },
      ],
    };
  },
});

interface Backlog {
  repl_backlog_active: number | undefined;
  repl_backlog_size: number | undefined;
  repl_backlog_histlen: number | undefined;
}

/** 6.2 allocates the whole backlog at once, and touches it when it is written. */
function unwritten(version: string, backlog: Backlog): number {
  const { repl_backlog_active, repl_backlog_size = 0, repl_backlog_histlen = 0 } = backlog;
  if (atLeast(version, '7.0') || repl_backlog_active !== 1) return 0;
  return Math.max(0, repl_backlog_size - repl_backlog_histlen);
}
