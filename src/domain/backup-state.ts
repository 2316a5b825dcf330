import { type KeptBackup, type KeptBackups, newestFirst } from './backup.ts';
import { periodOf } from './backup-schedule.ts';
import { headOf } from './replication-graph.ts';
import { groupOf } from './replication-group.ts';
import { type ReadNode, readNodes, type Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import { duration } from './units.ts';

/** How old the newest backup may be, and who says so. */
export interface BackupWanted {
  seconds: number;
  from: string;
}

/** What the owner expects of backups; undefined where nothing is. A late backup is not missed before the next is due. */
export function backupWanted({ objectives, backup }: Target): BackupWanted | undefined {
  if (objectives.backupAgeSeconds !== undefined) {
    return {
      seconds: objectives.backupAgeSeconds,
      from: `objectives.backup_age: ${duration(objectives.backupAgeSeconds)}`,
    };
  }
  if (!backup?.schedule) return undefined;
  const period = periodOf(backup.schedule);
  return { seconds: period * 2, from: `a backup every ${duration(period)}` };
}

/** The head of each replication group, with the backups of its members, newest first. */
export function backupsByGroup(
  snapshot: Snapshot,
  { backups }: KeptBackups,
): { head: ReadNode; backups: KeptBackup[] }[] {
  const heads = [...new Set(readNodes(snapshot).map((node) => headOf(snapshot, node)))];
  return heads.map((head) => ({
    head,
    // Of a target with one group all are its own, whatever its servers were called then.
    backups: newestFirst(heads.length === 1 ? backups : backups.filter(isOf(snapshot, head))),
  }));
}

function isOf(snapshot: Snapshot, head: ReadNode): (backup: KeptBackup) => boolean {
  const names = new Set(groupOf(snapshot, head).map(({ name }) => name));
  return (backup) => backup.names.some((name) => names.has(name));
}
