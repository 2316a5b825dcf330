import type { Evidence, Severity } from '../../domain/finding.ts';
import { reasonsToFork } from '../../domain/forking.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import kernel from '../../probes/host-kernel.ts';
import log from '../../probes/host-log.ts';
import hostMemory from '../../probes/host-memory.ts';
import process from '../../probes/host-process.ts';
import config from '../../probes/persistence-config.ts';
import replication from '../../probes/replication.ts';

/** A server below this is never refused a fork: the kernel has that much to give. */
const SMALL = 100 * 1024 * 1024;

/** The kernel may refuse the child process that writes snapshots. */
export default defineRule({
  scope: 'node',
  needs: { kernel, hostMemory, process, config, replication },
  more:
    'A fork promises the child as much memory as the server has, although the two share nearly all of it; unless vm.overcommit_memory is 1 the kernel may refuse that promise, and snapshots, rewrites and full syncs fail when memory is short. ' +
    'It is the default of most systems and goes unnoticed until the data has grown. ' +
    'Set it on the host: sysctl -w vm.overcommit_memory=1, and the same line in /etc/sysctl.d; no restart is needed.',
  explains: [
    'fork-failing',
    'rdb-bgsave-failing',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'replica-sync-stalled',
    'rdb-stale-save',
    'replica-never-synced',
    'replica-full-resync-loop',
  ],
  tells:
    'The log of the server says "fork: Cannot allocate memory", and a save works after sysctl -w vm.overcommit_memory=1.',
  check(
    { kernel: { now: settings }, hostMemory: { now: host }, process: { now: own }, config, replication },
    { node },
  ) {
    const mode = settings.overcommit_memory;
    if (mode === undefined) return { unassessed: 'the host does not tell vm.overcommit_memory' };
    if (mode === 1) return;
    const { save, appendonly } = config.now;
    const reasons = reasonsToFork({ save, appendonly, connectedReplicas: replication.now.connected_slaves });
    const refused = readingIfAny(node, log)?.now.forkFailed;
    const room = roomFor(mode, host);
    const short = own.resident !== undefined && room !== undefined && own.resident > room.bytes;
    const evidence: Evidence[] = [
      { field: 'vm.overcommit_memory', value: String(mode), expected: '1' },
      ...(room
        ? [
            {
              field: room.field,
              value: bytes(room.bytes),
              expected: `> ${bytes(own.resident ?? 0)}, what the server has`,
            },
          ]
        : []),
      ...(refused === undefined
        ? []
        : [{ field: 'log of the server', value: refused, expected: 'no fork that fails' }]),
    ];
    return { severity: severityOf(), headline: headlineOf(), evidence };

    function severityOf(): Severity {
      if (reasons.length === 0) return 'info';
      if (refused !== undefined || short) return 'high';
      return (own.resident ?? 0) >= SMALL ? 'warning' : 'info';
    }

    function headlineOf(): string {
      const setting =
        mode === 2 ? 'The kernel promises no more memory than it has' : 'The kernel may refuse to fork this server';
      if (reasons.length === 0)
        return `${setting} (vm.overcommit_memory ${mode}); it does not fork as it is configured`;
      const needs = `which it needs for ${reasons.join(', ')}`;
      if (refused !== undefined)
        return `The kernel refused to fork this server (vm.overcommit_memory ${mode}), ${needs}`;
      if (short && room)
        return `The kernel will refuse to fork this server, ${needs}: it has ${bytes(own.resident ?? 0)} and ${bytes(room.bytes)} are left`;
      return `${setting} (vm.overcommit_memory ${mode}), ${needs}`;
    }
  },
});

interface HostMemory {
  available: number | undefined;
  swapFree: number | undefined;
  commitLimit: number | undefined;
  committed: number | undefined;
}

/** How much a fork may ask for: what is promised is counted in mode 2, what is free is guessed at in mode 0. */
function roomFor(mode: number, host: HostMemory): { field: string; bytes: number } | undefined {
  if (mode === 2) {
    if (host.commitLimit === undefined || host.committed === undefined) return undefined;
    return { field: 'CommitLimit - Committed_AS', bytes: Math.max(0, host.commitLimit - host.committed) };
  }
  if (host.available === undefined) return undefined;
  return { field: 'MemAvailable + SwapFree', bytes: host.available + (host.swapFree ?? 0) };
}
