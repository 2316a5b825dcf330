import type { ScanPlace, ScanProgress } from '../../domain/keys/key-scan.ts';

/**
 * What a scan may cost. SCAN with COUNT 200 takes about 0.1 ms and what is asked of a key 1.5 to 2 µs a command, so
 * that pieces of 50 keys hold the server up for less than 0.5 ms; pauses of fifty times as long keep the whole below
 * 2 % of one core.
 */
export interface KeyBudget {
  keys: number;
  wallMs: number;
  /** MEMORY USAGE calls. */
  measured: number;
  /** How much longer than before a PING may take without being taken for a sign, ms. */
  noiseMs: number;
}
export const KEY_BUDGET: KeyBudget = { keys: 20_000, wallMs: 30_000, measured: 2000, noiseMs: 3 };

export interface ScanOptions {
  node: string;
  runId: string;
  /** Databases that hold keys, with how many. */
  databases: ReadonlyMap<number, number>;
  cluster: boolean;
  /** Nothing is evicted by use there, so that looking may touch its keys. */
  replica: boolean;
  /** The policy counts how often a key is used instead of when. */
  frequency: boolean;
  showNames: boolean;
  /** Prefixes of keys that must expire. */
  mustExpire: readonly string[];
  /** Lists whose growth matters to the owner, in database 0. */
  queues: readonly string[];
  budget?: KeyBudget;
  from?: ScanPlace;
  signal?: AbortSignal;
  progress?: (done: ScanProgress) => void;
}
