import type { Evidence } from '../../domain/finding.ts';
import { reasonsToFork } from '../../domain/forking.ts';
import { rate } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import disk, { type Volume } from '../../probes/host-disk.ts';
import files from '../../probes/host-files.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';
import config from '../../probes/persistence-config.ts';
import replication from '../../probes/replication.ts';

/** Shares of the volume that are free. */
const WARNING = 0.2;
const CRITICAL = 0.1;
/** A small share of a large disk is no fault: so much, and so many times what is needed next, is enough. */
const PLENTY = 5 * 1024 ** 3;
const PLENTY_TIMES = 10;
/** What a snapshot takes of the memory that it holds, where none was written yet. */
const PACKED = 0.5;
const RESERVE = 1.2;

/** The disk has no room for the next snapshot or rewrite, or hardly any room at all. */
export default defineRule({
  scope: 'node',
  needs: { disk, memory, persistence, config, replication },
  more:
    'A snapshot or rewrite is written in full beside the old one; without room it fails, and then the server refuses writes, or ends itself with appendfsync always. ' +
    'Usually the data grew, something else fills the volume, or files of dead children (temp-*.rdb) and old backups were left there. ' +
    'Free space by hand, naming each file, or grow the volume; then BGSAVE clears the error.',
  explains: [
    'rdb-bgsave-failing',
    'aof-write-error',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'replica-disk-error-panic-risk',
    'replica-sync-stalled',
    'rdb-stale-save',
    'shutdown-would-lose-data',
    'replica-full-resync-loop',
    'replica-never-synced',
    'replica-link-down',
    'crash-loop',
    'aof-tail-truncated-history',
  ],
  tells: 'df of the data folder shows it full, and the log of the server says "No space left on device".',
  check({ disk: { now }, memory, persistence: state, config: { now: settings }, replication }, { node, threshold }) {
    const { save, appendonly } = settings;
    const connectedReplicas = replication.now.connected_slaves;
    const writes = reasonsToFork({ save, appendonly, connectedReplicas }).length > 0;
    const snapshot = readingIfAny(node, files)?.now.snapshot?.bytes ?? memory.now.used_memory * PACKED;
    const pace = rate(state, (sample) => sample.aof_current_size) ?? 0;
    const meanwhile = pace * Math.max(0, state.now.aof_last_rewrite_time_sec ?? 0);
    const rewrite = appendonly === 'yes' ? Math.max(snapshot, memory.now.used_memory * PACKED) + meanwhile : 0;
    const limits = { warning: threshold('warning', WARNING), critical: threshold('critical', CRITICAL) };
    const data = judge('dir', now, Math.max(snapshot, now.aof ? 0 : rewrite), limits);
    const aof = appendonly === 'yes' && now.aof ? judge('appendonlydir', now.aof, rewrite, limits) : undefined;
    const worst = aof && (!data || rank(aof) < rank(data)) ? aof : data;
    if (!worst || writes) return worst;
    return {
      ...worst,
      severity: 'info',
      headline: `${worst.headline}; the server writes nothing to it as it is configured`,
    };
  },
});

function judge(
  what: string,
  volume: Volume,
  needed: number,
  limits: { warning: number; critical: number },
): Found | undefined {
  const share = volume.available / volume.total;
  const inodeShare = volume.inodes > 0 ? volume.inodesFree / volume.inodes : 1;
  const wanted = needed * RESERVE;
  const evidence: Evidence[] = [
    {
      field: `free where ${what} is`,
      value: `${bytes(volume.available)} (${percent(share)})`,
      expected: `> ${bytes(wanted)} and >= ${percent(limits.warning)}`,
    },
    ...(volume.inodes > 0 && inodeShare < limits.warning
      ? [
          {
            field: 'free inodes',
            value: `${volume.inodesFree} (${percent(inodeShare)})`,
            expected: `>= ${percent(limits.warning)}`,
          },
        ]
      : []),
  ];
  const left = `${bytes(volume.available)} of ${bytes(volume.total)} ${volume.available === 1 ? 'is' : 'are'} free where ${what} is`;
  if (volume.available < wanted) {
    return {
      severity: 'critical',
      headline: `${left}, and the next snapshot or rewrite needs about ${bytes(wanted)}`,
      evidence,
    };
  }
  if (inodeShare < limits.warning) {
    const headline = `${percent(inodeShare)} of the inodes are free where ${what} is: no file can be made without one`;
    return inodeShare < limits.critical ? { severity: 'critical', headline, evidence } : roomLeft(headline, evidence);
  }
  const plenty = volume.available >= PLENTY && volume.available >= needed * PLENTY_TIMES;
  if (share >= limits.warning || plenty) return undefined;
  const headline = `${left} (${percent(share)})`;
  return share < limits.critical ? { severity: 'critical', headline, evidence } : roomLeft(headline, evidence);
}

/** What is written next will fit: a save that fails does so for another reason. */
function roomLeft(headline: string, evidence: readonly Evidence[]): Found {
  return { severity: 'warning', headline, evidence, causes: false };
}

function rank({ severity }: Found): number {
  return severity === 'critical' ? 0 : 1;
}
