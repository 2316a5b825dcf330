import type { Until } from './action.ts';
import { type AllocatorFacts, holes } from './fragmentation.ts';
import { memoryLimit } from './memory-limit.ts';
import { fragmentationFactor } from './sizing.ts';
import type { ReadNode, Snapshot } from './snapshot.ts';
import { bytes, duration } from './units.ts';

/** What INFO says of a server's memory. Bytes, but for the ratios. */
export interface MemoryFacts extends AllocatorFacts {
  used_memory: number;
  used_memory_rss: number;
  effective: number;
  total_system_memory: number | undefined;
  allocator_rss_ratio: number | undefined;
}

export interface ForkFacts {
  rdb_bgsave_in_progress: number;
  aof_rewrite_in_progress: number;
  rdb_last_bgsave_time_sec: number;
  rdb_last_cow_size: number | undefined;
  aof_last_cow_size: number | undefined;
  current_cow_peak: number | undefined;
}

/** No speed was measured: an RDB is written at about this many bytes per second. */
const SAVE_SPEED = 80 * 1024 * 1024;
const PAGE = 4096;

/**
 * Bytes that a fork child will cost by copy-on-write: 1.3 x the largest measured, else pages dirtied while it runs. One
 * that lives for longer than a snapshot takes may cost as many times that, up to all the data.
 */
export function copyOnWrite(
  memory: MemoryFacts,
  fork: ForkFacts,
  commandsPerSecond: number,
  seconds = saveSeconds(memory, fork),
): number {
  const measured = Math.max(fork.rdb_last_cow_size ?? 0, fork.aof_last_cow_size ?? 0, fork.current_cow_peak ?? 0);
  if (measured === 0) return Math.min(memory.used_memory, commandsPerSecond * seconds * PAGE * 1.2);
  const usual = measured * 1.3;
  return Math.max(usual, Math.min(memory.used_memory, (usual * seconds) / Math.max(1, saveSeconds(memory, fork))));
}

/** How long a snapshot takes: as the last one did, else by size. */
export function saveSeconds(memory: MemoryFacts, fork: ForkFacts): number {
  return fork.rdb_last_bgsave_time_sec >= 0 ? fork.rdb_last_bgsave_time_sec : memory.used_memory / SAVE_SPEED;
}

/** Full syncs move about this many bytes per second. */
const TRANSFER_SPEED = 100 * 1024 * 1024;

/** How long a full sync of this much data takes on the wire, in seconds. */
export function transferSeconds(size: number): number {
  return size / TRANSFER_SPEED;
}

/** Wait of a diskless sync for more replicas to come (repl-diskless-sync-delay), seconds. */
export const SYNC_DELAY = 5;

/** Snapshot, transfer and loading of one full sync, in seconds; a replica loads about twice as fast as the network brings it. */
export function syncSeconds(
  memory: MemoryFacts & { used_memory_dataset: number | undefined },
  fork: ForkFacts,
): number {
  return saveSeconds(memory, fork) + transferSeconds(memory.used_memory_dataset ?? memory.used_memory) * 1.5;
}

/** Why a fork child cannot be started, or a setting made, beside the one that runs. */
export function forkRunning(node: ReadNode, fork: ForkFacts): string | undefined {
  if (fork.rdb_bgsave_in_progress === 1) return `${node.name} is writing a snapshot already: wait until it is done`;
  if (fork.aof_rewrite_in_progress === 1)
    return `${node.name} is rewriting its append-only file: wait until it is done`;
  return undefined;
}

/** What copy-on-write of a child that lives so long may take of what is free, for people; or why there is no room for it. */
export function roomToFork(
  snapshot: Snapshot,
  node: ReadNode,
  memory: MemoryFacts,
  fork: ForkFacts,
  commandsPerSecond: number,
  seconds = saveSeconds(memory, fork),
): { impact: string } | { refused: string } {
  const limit = memoryLimit(snapshot, node, memory);
  if (!limit) return { refused: limitUnknown(node) };
  const cow = copyOnWrite(memory, fork, commandsPerSecond, seconds);
  const free = limit.bytes - memory.used_memory_rss;
  if (cow > free) {
    return {
      refused: `the fork may need ${bytes(cow)} for pages written meanwhile, and ${node.name} has ${bytes(Math.max(0, free))} left (${limit.from})`,
    };
  }
  return { impact: `Copy-on-write may take ${bytes(cow)} meanwhile; ${bytes(free)} is free (${limit.from}).` };
}

function within(seconds: number, node: ReadNode, shows: Readonly<Record<string, string>>): Until {
  return {
    shows: Object.entries(shows).map(([field, value]) => ({ node: node.name, reading: `persistence.${field}`, value })),
    withinSeconds: Math.ceil(60 + 10 * seconds),
  };
}

/** The append-only file is on and holds all data; ten times what it should take is waited for. */
export function untilFileIsWhole(node: ReadNode, seconds: number): Until {
  return within(seconds, node, {
    aof_enabled: '1',
    aof_rewrite_in_progress: '0',
    aof_rewrite_scheduled: '0',
    aof_last_bgrewrite_status: 'ok',
  });
}

/** The snapshot is on the disk. */
export function untilSaved(node: ReadNode, seconds: number): Until {
  return within(seconds, node, { rdb_bgsave_in_progress: '0', rdb_last_bgsave_status: 'ok' });
}

/** A new file is written in full beside the old one, with a margin. */
const DISK_MARGIN = 1.2;

/** Whether the disk has room for this much data written anew, for people; or why it has not. Undefined: not seen. */
export function diskFor(
  node: ReadNode,
  data: number,
  available: number | undefined,
): { impact: string } | { refused: string } {
  const needed = Math.ceil(data * DISK_MARGIN);
  if (available === undefined) {
    return {
      impact: `The disk cannot be seen from here: it needs ${bytes(needed)} free. While it has less or is not writable, this fails and nothing else changes.`,
    };
  }
  return available < needed
    ? {
        refused: `the disk of ${node.name} has ${bytes(available)} left, and up to ${bytes(needed)} may be written beside what is there: free space first`,
      }
    : { impact: `Up to ${bytes(needed)} is written to the disk, which has ${bytes(available)} free.` };
}

/** Neither INFO nor the owner says what the server may use. */
export function limitUnknown(node: ReadNode): string {
  return `how much memory ${node.name} may use is not known: set memory_limit of the target in medic.yml`;
}

/** Ratios of less data than this say that the server is small, not what it will be when it is full. */
const ENOUGH_DATA = 100 * 1024 * 1024;

export function fragmentation(memory: MemoryFacts): number {
  if (memory.used_memory < ENOUGH_DATA) return fragmentationFactor(undefined, undefined);
  return fragmentationFactor(holes(memory)?.ratio ?? memory.allocator_frag_ratio, memory.allocator_rss_ratio);
}

/** A link is made anew within this time; the rest is for the copy, of which the estimate may be wrong by so much. */
const LINK_SECONDS = 60;
const DOUBT = 4;

/** How long a replica may take until a full copy is there, before something is wrong with it. */
export function copyWithin(memory: MemoryFacts, fork: ForkFacts): number {
  return LINK_SECONDS + Math.ceil((saveSeconds(memory, fork) + transferSeconds(memory.used_memory)) * DOUBT);
}

/** What a full sync costs the primary and how long it takes, in sentences; or why it has no room for one. */
export function fullSync(
  snapshot: Snapshot,
  primary: ReadNode,
  memory: MemoryFacts & { used_memory_dataset: number | undefined },
  fork: ForkFacts,
  commandsPerSecond: number,
): { impact: string[] } | { refused: string } {
  const room = roomToFork(snapshot, primary, memory, fork, commandsPerSecond);
  if ('refused' in room) return room;
  const size = memory.used_memory_dataset ?? memory.used_memory;
  return {
    impact: [
      `A full sync copies ${bytes(size)} from ${primary.name}: about ${duration(Math.ceil(saveSeconds(memory, fork) + transferSeconds(size)))} at 100 MB/s, during which the replica serves old data or none.`,
      `The primary forks for it. ${room.impact}`,
    ],
  };
}
