/** What a look at one key tells; what was not asked, or not allowed, is missing. */
export interface KeyFacts {
  /** Bytes of the name, one character each. */
  key: string;
  db: number;
  /** string, list, set, zset, hash, stream or a module's type. */
  type: string;
  /** Bytes of a string, elements of a collection. */
  length?: number;
  encoding?: string;
  /** MEMORY USAGE with 5 samples: close, and cheap whatever the size. */
  bytes?: number;
  /** It was measured because it is large: it stands for itself, not for others. */
  large?: boolean;
  /** Null: it never expires. */
  ttlMs?: number | null;
  idleSeconds?: number;
  /** Logarithmic counter of the LFU policies, 0 to 255. */
  frequency?: number;
  groups?: readonly StreamGroup[];
}

/** A consumer group of a stream. */
export interface StreamGroup {
  consumers: number;
  /** Delivered and not acknowledged. */
  pending: number;
  /** Entries not yet delivered; 7.0 and newer, and not after a deletion in the middle. */
  lag?: number;
  /** Seconds for which its most active consumer has been idle; asked only where something is pending. */
  idleSeconds?: number;
}
