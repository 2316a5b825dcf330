import type { Engine } from './server.ts';

export type RdbKind = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'module';

/** A key as it stands in an RDB file, or as a server that loaded it shows it. */
export interface RdbKey {
  database: number;
  /** One character a byte. */
  name: string;
  kind: RdbKind;
  /** Epoch ms; absent: it never expires. */
  expiresAt?: number;
  /** Of the content, whatever its encoding and order; absent where the value is too big or of a module. */
  digest?: string;
  /** Bytes of a text, or how many elements; absent where the digest is. */
  size?: number;
}

export interface RdbCounts {
  keys: number;
  /** Those that have an expiry. */
  expiring: number;
  /** Those whose expiry was past at the moment that was asked about: a primary drops them while it loads. */
  expired: number;
}

/** What an RDB file says of itself and what was counted in it. */
export interface RdbSummary {
  magic: 'REDIS' | 'VALKEY';
  /** Of the format: 10 for Redis 7.0. */
  version: number;
  bytes: number;
  /** Who wrote it, as far as it says. */
  engine?: Engine;
  engineVersion?: string;
  /** Epoch s. */
  createdAt?: number;
  /** Memory of the server that wrote it, in bytes. */
  usedMemory?: number;
  /** Every field of its header, such as `redis-bits`. */
  aux: Readonly<Record<string, string>>;
  /** Libraries of functions. */
  functions: number;
  /** Bytes that the largest value takes in it. */
  largest: number;
  /** Modules that left something in it: a server without them cannot load it. */
  modules: readonly string[];
  databases: ReadonlyMap<number, RdbCounts>;
  /** Keys of each slot of a cluster, where that was asked for. */
  slots?: Uint32Array;
  /** `absent`: written with rdbchecksum no, so that a change inside a value shows nowhere. */
  checksum: 'right' | 'wrong' | 'absent' | 'unread';
  /** Drawn evenly from all keys. */
  sample: readonly RdbKey[];
}

/** What the structure of a file shows. Only loading it proves that a server accepts it. */
export type RdbVerdict =
  | { kind: 'intact'; summary: RdbSummary }
  /** No server loads all of it. `at` is the offset of the byte where it went wrong. */
  | { kind: 'broken'; at: number; because: string; summary?: RdbSummary }
  /** It holds something that this version cannot walk through; up to there, and by its checksum, it is as the summary says. */
  | { kind: 'unknown'; at: number; because: string; summary: RdbSummary };

export function totalsOf({ databases }: Pick<RdbSummary, 'databases'>): RdbCounts {
  const total = { keys: 0, expiring: 0, expired: 0 };
  for (const { keys, expiring, expired } of databases.values()) {
    total.keys += keys;
    total.expiring += expiring;
    total.expired += expired;
  }
  return total;
}
