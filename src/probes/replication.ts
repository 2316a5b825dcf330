import { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';
import {
  followedBy,
  historyOf,
  peerOf,
  type ReadNode,
  readingIfAny,
  readNodes,
  type Snapshot,
} from '../domain/snapshot.ts';
import type { Address } from '../domain/target.ts';

export interface ReplicaRow {
  address: Address;
  /** online, wait_bgsave, send_bulk; with a channel for the RDB wait_rdb_channel, send_bulk_and_stream (Redis 8), bg_transfer (Valkey 8) … */
  state: string;
  /** Bytes of the stream that it has acknowledged. */
  offset: number;
  /** Seconds since its last acknowledgement: not how far its data is behind. */
  ackSeconds: number;
}

/** Both ends of the replication links of this server. -1 in the *_seconds fields means never connected. */
const told = defineInfoProbe(
  {
    role: 'text',
    connected_slaves: 'number',
    master_replid: 'text?',
    master_replid2: 'text?',
    second_repl_offset: 'number?',
    master_repl_offset: 'number?',
    repl_backlog_active: 'number?',
    repl_backlog_size: 'number?',
    repl_backlog_histlen: 'number?',
    repl_backlog_first_byte_offset: 'number?',
    master_host: 'text?',
    master_port: 'number?',
    master_link_status: 'text?',
    master_link_down_since_seconds: 'number?',
    master_last_io_seconds_ago: 'number?',
    master_sync_in_progress: 'number?',
    master_sync_read_bytes: 'number?',
    master_sync_last_io_seconds_ago: 'number?',
    slave_read_repl_offset: 'number?',
    slave_repl_offset: 'number?',
    slave_priority: 'number?',
    replica_announced: 'number?',
    slave_read_only: 'number?',
    min_slaves_good_slaves: 'number?',
    master_failover_state: 'text?',
  },
  (info) => {
    const replicas = replicaRows(info);
    return { replicas, replicas_behind: behind(info.number('master_repl_offset'), replicas) };
  },
);
const replication: typeof told = { ...told, fields: { ...told.fields, replicas_behind: 'number' } };
export default replication;

/** Bytes of the stream that the online replica which is furthest behind has not acknowledged; undefined where none is. */
function behind(written: number | undefined, replicas: readonly ReplicaRow[]): number | undefined {
  const online = replicas.filter(({ state }) => state === 'online');
  if (written === undefined || online.length === 0) return undefined;
  return Math.max(0, written - Math.min(...online.map(({ offset }) => offset)));
}

/** A replica without a link to its primary: whoever follows it gets nothing new either, whatever its own link says. */
export function isCutOff(node: ReadNode): boolean {
  const now = readingIfAny(node, replication)?.now;
  return now?.role === 'slave' && now.master_link_status === 'down';
}

/** After a failover links are made anew: for this long that is no fault. */
const SETTLING_MS = 60_000;

/** True when a server of the target has changed its role a moment ago: between the samples, or as `watch` saw it. */
export function isSettling(snapshot: Snapshot): boolean {
  return readNodes(snapshot).some((node) => {
    const before = readingIfAny(node, replication)?.before?.role;
    const was = historyOf(snapshot, node)
      .filter(({ at }) => snapshot.takenAt - at <= SETTLING_MS)
      .map(({ role }) => role);
    if (before !== undefined) was.push(before === 'slave' ? 'replica' : 'primary');
    return was.some((role) => role !== node.identity.role);
  });
}

interface Copy {
  master_sync_in_progress: number | undefined;
  master_sync_read_bytes: number | undefined;
}

/**
 * A transfer that may come to something. A replica without the password tries SYNC thousands of times a second, and one
 * that was dropped while a save runs does not learn of it: both show a transfer without a byte that the primary lacks.
 */
export function takesCopy(replica: ReadNode, copy: Copy, snapshot: Snapshot): boolean {
  const { primary } = replica.identity;
  if (!primary || copy.master_sync_in_progress !== 1) return false;
  const named = followedBy(snapshot, replica);
  if (copy.master_sync_read_bytes !== 0 || !named) return true;
  return named.kind === 'read' ? preparesCopy(named, replica, snapshot) : named.cause !== 'auth-required';
}

/** The primary knows the replica and prepares its copy (repl-diskless-sync-delay, BGSAVE): the replica cannot see that. */
export function preparesCopy(primary: ReadNode, replica: ReadNode, snapshot: Snapshot): boolean {
  const reading = readingIfAny(primary, replication);
  const rows = [...(reading?.now.replicas ?? []), ...(reading?.before?.replicas ?? [])];
  return rows.some((row) => isCopying(row) || peerOf(snapshot, primary, row.address) === replica);
}

/** A full copy for this replica is prepared or sent. */
export function isCopying({ state }: ReplicaRow): boolean {
  return /^(wait_|send_bulk|bg_)/.test(state);
}

function replicaRows(info: Info): ReplicaRow[] {
  const rows: ReplicaRow[] = [];
  for (const [rest, value] of info.withPrefix('slave')) {
    if (!/^\d+$/.test(rest)) continue;
    const parts = Info.parts(value);
    rows.push({
      address: { host: parts.get('ip') ?? '', port: Number(parts.get('port') ?? 0) },
      state: parts.get('state') ?? '',
      offset: Number(parts.get('offset') ?? 0),
      ackSeconds: Number(parts.get('lag') ?? 0),
    });
  }
  return rows;
}
