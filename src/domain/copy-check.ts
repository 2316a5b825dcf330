import type { ReadNode } from './snapshot.ts';

/** What INFO says of a server's place in a replication history. */
export interface HistoryFacts {
  master_replid: string | undefined;
  master_replid2: string | undefined;
  master_repl_offset: number | undefined;
  repl_backlog_active: number | undefined;
  repl_backlog_first_byte_offset: number | undefined;
  repl_backlog_histlen: number | undefined;
  repl_backlog_size: number | undefined;
  slave_repl_offset: number | undefined;
}

/** True when the replica holds nothing but a copy: its history is the primary's own, and not ahead of it. */
export function isCopyOf(primary: HistoryFacts, replica: HistoryFacts): boolean {
  const known = [primary.master_replid, primary.master_replid2];
  return (
    replica.master_replid !== undefined &&
    known.includes(replica.master_replid) &&
    (replica.slave_repl_offset ?? 0) <= (primary.master_repl_offset ?? 0)
  );
}

/** A replica keeps falling behind while it reconnects: leave a fifth of what the backlog holds for that. */
const OF_BACKLOG = 0.8;

/** Why the replica could not catch up from the primary's backlog and would take a full copy; undefined when it could. */
export function needsFullCopy(primary: HistoryFacts, replica: HistoryFacts): string | undefined {
  if (!isCopyOf(primary, replica)) return 'its history is not that of the primary';
  if (primary.repl_backlog_active !== 1) return 'the primary keeps no backlog';
  const offset = replica.slave_repl_offset ?? 0;
  const behind = (primary.master_repl_offset ?? 0) - offset;
  // Until it is full nothing falls out of it.
  const holds = Math.max(primary.repl_backlog_size ?? 0, primary.repl_backlog_histlen ?? 0);
  return offset + 1 < (primary.repl_backlog_first_byte_offset ?? 0) || behind > holds * OF_BACKLOG
    ? `it is ${behind} bytes behind and the backlog reaches back ${primary.repl_backlog_histlen ?? 0}`
    : undefined;
}

/** A primary with less than this part of the replica's keys is taken for one that lost its data. */
const MUCH_LESS = 0.5;

/** Copying an emptied primary would wipe the last good data: the reason not to; undefined when the primary holds enough. */
export function wouldWipe(
  primary: ReadNode,
  primaryKeys: number,
  replica: ReadNode,
  replicaKeys: number,
): string | undefined {
  return replicaKeys > 0 && primaryKeys < replicaKeys * MUCH_LESS
    ? `${primary.name} holds ${primaryKeys} keys and ${replica.name} ${replicaKeys}: copying it would wipe what may be the last good data`
    : undefined;
}
