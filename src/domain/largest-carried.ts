import { type BufferLimit, cutAt } from './output-buffer.ts';
import { bytes, duration } from './units.ts';

/** Larger values are not held in our memory: they flow from the file onto the connection. */
export const HELD_BYTES = 1024 * 1024;

const MIB = 1024 * 1024;
/** Where a server does not show them, its limits are these, which all versions start with. */
const BULK_BYTES = 512 * MIB;
const QUERY_BYTES = 1024 * MIB;
const LINK: BufferLimit = { hard: 256 * MIB, soft: 64 * MIB, softSeconds: 60 };
/** What RESTORE says around a value. */
const AROUND_BYTES = 128 * 1024;

/** So much of a collection of many small parts is taken in a second; of a text far more. */
const SLOWEST_A_SECOND = 40 * MIB;
const LARGE_BYTES = 4 * MIB;

/** What a server says of how much it takes at once; absent where it does not say. */
export interface Taking {
  version: string;
  /** proto-max-bulk-len and client-query-buffer-limit. */
  bulk: number | undefined;
  query: number | undefined;
  /** Of links to replicas; undefined where there are none. */
  replicas: { limit: BufferLimit | undefined; backlog: number | undefined } | undefined;
  /** After how long without an answer others take it for lost. */
  patienceMs: number | undefined;
}

/** The largest value that is put back, in bytes, and what sets that bound. */
export interface Carried {
  bytes: number;
  from: string;
}

export function largestCarried({ version, bulk, query, replicas, patienceMs }: Taking): Carried {
  const bounds: Carried[] = [
    { bytes: (bulk ?? BULK_BYTES) - AROUND_BYTES, from: 'proto-max-bulk-len' },
    { bytes: (query ?? QUERY_BYTES) - AROUND_BYTES, from: 'client-query-buffer-limit' },
  ];
  // One command reaches a replica as a whole: more than its link may hold cuts it off.
  const link = replicas && cutAt(replicas.limit ?? LINK, version, replicas.backlog);
  if (link) bounds.push({ bytes: link / 2, from: 'half of client-output-buffer-limit for replicas' });
  if (patienceMs !== undefined) {
    const half = patienceMs / 2000;
    bounds.push({
      bytes: half * SLOWEST_A_SECOND,
      from: `it stands still for less than half of the ${duration(patienceMs / 1000)} after which it counts as lost`,
    });
  }
  const [least] = bounds.toSorted((one, other) => one.bytes - other.bytes);
  return least ? { ...least, bytes: Math.floor(least.bytes) } : { bytes: 0, from: '' };
}

/** Memory that a server takes while it takes in such a value: as it comes, and what is made of it. */
export function momentaryBytes(size: number): number {
  return size * 3;
}

/** What large values mean for the server, for people; `largest` is that of the backup, where it was measured. */
export function largeValues(largest: number | undefined, carried: Carried): string[] {
  if (largest !== undefined && largest <= LARGE_BYTES) return [];
  const most = Math.min(largest ?? carried.bytes, carried.bytes);
  const seconds = Math.ceil(most / SLOWEST_A_SECOND);
  const left = `A value of more than ${bytes(carried.bytes)} is not carried (${carried.from}): it is named, and the run ends as failed when all others are back.`;
  return [
    largest === undefined
      ? 'How large its largest value is was not measured when the backup was taken.'
      : `Its largest value takes ${bytes(largest)}.`,
    `While the server takes in a value of ${bytes(most)} it stands still for up to ${duration(seconds)}, and needs up to ${bytes(momentaryBytes(most))} of memory for it.`,
    ...(largest === undefined || largest > carried.bytes ? [left] : []),
  ];
}
