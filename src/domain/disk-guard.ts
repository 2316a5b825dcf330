import type { Bound, PlannedCommand, Refusal } from './action.ts';
import { configSet } from './replication-group.ts';
import { atLeast } from './server.ts';
import type { ReadNode } from './snapshot.ts';
import { hasRole } from './write-fence.ts';

/** What keeps a primary whose disk fails alive when it becomes a replica. */
export interface DiskGuard {
  /** Sent before it hands over. */
  set: PlannedCommand[];
  /** Sent when it is a primary again. */
  restore: PlannedCommand[];
  /** The same when the handover broke off: only while it has kept its role. */
  otherwise: PlannedCommand[];
  impact: string[];
}

const NONE: DiskGuard = { set: [], restore: [], otherwise: [], impact: [] };

interface Disk {
  failed_writes: number;
}

/**
 * From 7.0 on a replica that could not write to its disk ends its process at the next replicated write, where a primary
 * only refuses writes: a primary that hands over because of its disk would be lost with its role.
 */
export function diskGuard(node: ReadNode, disk: Disk, ignores: string | undefined): DiskGuard | Refusal {
  if (disk.failed_writes === 0 || ignores === 'yes' || !atLeast(node.identity.version, '7.0')) return NONE;
  if (ignores === undefined) {
    return {
      refused: `the disk of ${node.name} fails, and as a replica it would end at the next write: replica-ignore-disk-write-errors could not be read`,
    };
  }
  const turn = (value: string) =>
    configSet(node, 'replica-ignore-disk-write-errors', value, 'persistence-config.replica_ignore_disk_write_errors');
  return {
    set: [turn('yes')],
    restore: [turn(ignores)],
    otherwise: [{ ...turn(ignores), unless: [hasRole(node, 'slave')] }],
    impact: [
      `${node.name} cannot write to its disk, and as a replica it would end at the next write: replica-ignore-disk-write-errors is set to yes there first. What is on its disk grows old. When it is repaired run BGSAVE there and set this back to ${ignores}.`,
    ],
  };
}

/**
 * Why nobody hands over to a server whose disk fails: it refuses writes and answers PING with MISCONF, so that the old
 * primary never gets its link, and both wait as replicas of each other.
 */
export function diskFails({ failed_writes }: Disk): string | undefined {
  return failed_writes > 0
    ? 'it could not write to its disk: as primary it would refuse writes, and nobody could follow it'
    : undefined;
}

/** The undo of a handover is another one, to the server that had the role. */
export function whileDiskWorks({ name }: ReadNode): Bound {
  return { node: name, reading: 'persistence.failed_writes', below: 1 };
}
