/** The sizing formulas. Bytes, seconds and bytes per second throughout. */

const MIB = 1024 * 1024;

/** Rounds up to the next power of two of MiB. */
export function roundUpToPowerOfTwoMiB(bytes: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(bytes / MIB))) * MIB;
}

export interface BacklogSize {
  bytes: number;
  /** How long a replica may be away at this size, in seconds; Infinity without writes. */
  windowSeconds: number;
  /** True when the cap cut it below what the outage needs. */
  capped: boolean;
}

/** The largest replication backlog that is given, bytes: 10 % of maxmemory (when set) and 1 GiB. */
export function largestBacklog(maxmemory: number): number {
  return Math.floor(Math.min(maxmemory > 0 ? maxmemory * 0.1 : Number.POSITIVE_INFINITY, 1024 * MIB));
}

/**
 * Replication backlog for an outage: peak write rate x outage x 1.5, as a power of two of MiB, at least 64 MiB,
 * at most 10 % of maxmemory (when set) and 1 GiB.
 */
export function backlogSize(writeRate: number, outageSeconds: number, maxmemory: number): BacklogSize {
  const wanted = Math.max(64 * MIB, roundUpToPowerOfTwoMiB(writeRate * outageSeconds * 1.5));
  const cap = largestBacklog(maxmemory);
  const bytes = Math.min(wanted, cap);
  return { bytes, windowSeconds: writeRate > 0 ? bytes / writeRate : Number.POSITIVE_INFINITY, capped: cap < wanted };
}

/** Fragmentation that a limit must leave room for: never below 1.05, never above 1.5. */
export function fragmentationFactor(allocatorFrag: number | undefined, allocatorRss: number | undefined): number {
  return Math.min(1.5, Math.max(1.05, (allocatorFrag ?? 1) * (allocatorRss ?? 1)));
}

export interface Headroom {
  /** RAM or container limit. */
  limit: number;
  /** Memory of this server that eviction does not count (mem_not_counted_for_evict). */
  notCounted: number;
  /** Effective hard limit of the replica output buffer; 0 without one. */
  replicaBuffer: number;
  frag: number;
  /** Copy-on-write of the last fork child, already with its 1.3 margin or estimated. */
  copyOnWrite: number;
}

/**
 * The highest safe maxmemory: what is left of the limit after the system, buffers, fragmentation and copy-on-write. The
 * system gets half a GiB, or a quarter of what is smaller than two.
 */
export function maxmemoryCeiling(room: Headroom): number {
  const system = Math.max(Math.min(512 * MIB, room.limit / 4), room.limit * 0.05);
  const left = (room.limit - system - room.notCounted - room.replicaBuffer) / room.frag - room.copyOnWrite;
  return Math.max(0, Math.floor(left));
}

export interface ReplicaBuffer {
  hard: number;
  soft: number;
  softSeconds: number;
}

/** Output buffer of a replica link that survives a full sync of this length: hard = rate x time x 1.5, soft 75 % of it for that time. */
export function replicaBuffer(writeRate: number, syncSeconds: number): ReplicaBuffer {
  const hard = Math.max(256 * MIB, roundUpToPowerOfTwoMiB(writeRate * syncSeconds * 1.5));
  return { hard, soft: Math.floor(hard * 0.75), softSeconds: Math.max(60, Math.ceil(syncSeconds)) };
}

/**
 * The size of the append-only file at which a rewrite is due, so that they come this many seconds apart: what the last
 * one left and the writes of that time, as a power of two of MiB, at least 64 MiB.
 */
export function rewriteThreshold(base: number, writeRate: number, everySeconds: number): number {
  return Math.max(64 * MIB, roundUpToPowerOfTwoMiB(base + writeRate * everySeconds));
}
