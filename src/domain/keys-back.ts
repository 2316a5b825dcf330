import type { Refusal } from './action.ts';
import { type Backup, keysIn } from './backup.ts';
import type { SlotRange } from './cluster.ts';
import type { MemoryLimit } from './memory-limit.ts';
import { keysInSlots } from './slot-counts.ts';
import type { ReadNode } from './snapshot.ts';
import { bytes } from './units.ts';

/** The word in a command where nothing bounds the memory of the server. */
export const NO_CEILING = '-';

/** Of what a server may use: more is not filled by putting keys back, as it has to serve clients and to fork. */
const FULL = 0.9;

/** How many keys of a backup lie in the slots that a server serves; undefined where nobody has counted. */
export function keysFor({ slots, ...backup }: Backup, served: readonly SlotRange[] | undefined): number | undefined {
  if (served === undefined) return keysIn(backup);
  return slots === undefined ? undefined : keysInSlots(slots, served);
}

interface Room {
  /** Keys of the backup that may be put back, and those that are there. */
  wanted: number;
  there: number;
  used: number;
  maxmemory: number;
  policy: string;
  limit: MemoryLimit | undefined;
}

/** What putting keys back does to the memory, for people, and where it must stop; or why there is no room for it. */
export function roomForKeys(
  node: ReadNode,
  backup: Backup,
  { wanted, there, used, maxmemory, policy, limit }: Room,
): { impact: string[]; ceiling?: number } | Refusal {
  const each = (backup.usedMemory ?? backup.bytes) / Math.max(1, keysIn(backup));
  // What is there may be other keys: then it is more.
  const least = Math.max(0, wanted - there) * each;
  const most = wanted * each;
  const keeps = maxmemory > 0 && policy === 'noeviction';
  if (keeps && used + least > maxmemory) {
    return {
      refused: `about ${bytes(least)} are missing at the least, and ${node.name} uses ${bytes(used)} of maxmemory ${bytes(maxmemory)}: writes would be refused (OOM). Raise maxmemory first`,
    };
  }
  const ceiling = limit && Math.floor(limit.bytes * FULL);
  if (limit && ceiling !== undefined && used + least > ceiling) {
    return {
      refused: `about ${bytes(least)} are missing at the least, and ${node.name} uses ${bytes(used)} of the ${bytes(limit.bytes)} that it may use (${limit.from}); it is filled up to ${bytes(ceiling)} at the most`,
    };
  }
  return {
    impact: [
      `It uses ${bytes(used)} of memory, and up to ${bytes(most)} more when all keys are missing.`,
      ...(keeps && used + most > maxmemory
        ? [`With all of it maxmemory (${bytes(maxmemory)}) would be exceeded: it stops when the server says OOM.`]
        : []),
      ...(maxmemory > 0 && !keeps && used + most > maxmemory
        ? [`What exceeds maxmemory (${bytes(maxmemory)}) is evicted (${policy}), other keys among it.`]
        : []),
      ...(limit && ceiling !== undefined
        ? [
            `It stops when the server uses ${bytes(ceiling)} of the ${bytes(limit.bytes)} that it may use (${limit.from}).`,
          ]
        : []),
    ],
    ...(ceiling !== undefined && { ceiling }),
  };
}
