import type { RdbKey, RdbKind, RdbSummary, RdbVerdict } from '../../domain/rdb.ts';
import type { Engine } from '../../domain/server.ts';
import type { Address, Target } from '../../domain/target.ts';
import type { StoredBytes } from './place.ts';

/** Why it did not begin; `again` when the same may work a little later. */
export interface Refused {
  kind: 'refused';
  because: string;
  again: boolean;
}

/** The data of a node over the replication protocol, in both directions. */
export interface Wire {
  /** Asks for a full copy and resolves when the first byte of it is due: a server that saves to its disk first needs minutes. */
  copy(node: Address, target: Target, options?: CopyOptions): Promise<{ kind: 'open'; copy: OpenCopy } | Refused>;
  /** Poses as a primary for one node until it is closed. */
  serve(node: Address, target: Target, options: ServeOptions): Promise<{ kind: 'serving'; serving: Serving } | Refused>;
}

export interface CopyOptions {
  bytesPerSecond?: number;
  /** `total` is unknown where the server does not save to its disk first. */
  onProgress?(bytes: number, total: number | undefined): void;
  signal?: AbortSignal;
}

export interface OpenCopy {
  /** Of the RDB, in bytes, where the server knows it beforehand. */
  total?: number;
  /** The history that the copy is a moment of. */
  replicationId: string;
  offset: number;
  /** The RDB, once. Reading slowly slows the server's sending down; a copy that is cut or given up throws CopyCut, never ends. */
  bytes: AsyncIterable<Uint8Array>;
  /** Lets go of the server; harmless when it is done. */
  close(): void;
}

/** A copy ended before its last byte: what came is worth nothing. */
export class CopyCut extends Error {
  readonly received: number;
  constructor(because: string, received: number) {
    super(because);
    this.name = 'CopyCut';
    this.received = received;
  }
}

export interface RdbSource {
  bytes: number;
  /** Begins anew at each call: the node may ask again after a cut. */
  open(): AsyncIterable<Uint8Array>;
}

export interface ServeOptions {
  file: RdbSource;
  /** Where to wait for the node: by default a free port of the address that a connection to it leaves from. */
  listen?: { host?: string; port?: number };
  /** How the node reaches us, where that is another address than the one we listen on. */
  announce?: Partial<Address>;
  /** More addresses that the node may call from, such as that of a gateway; those of its name are known. */
  from?: readonly string[];
  /** What its tls-replication says: it then wants a primary that speaks TLS, with a certificate that it trusts. */
  tlsReplication?: boolean;
  certificate?: { cert: string; key: string; ca?: string };
  bytesPerSecond?: number;
  /** Bytes of the file that were handed to the network, anew for each attempt of the node. */
  onProgress?(bytes: number): void;
  signal?: AbortSignal;
}

export interface Serving {
  /** For REPLICAOF. */
  address: Address;
  /** Resolves when the node says that it has loaded the file; rejects when the serving ends before that. */
  loaded: Promise<void>;
  state(): ServingState;
  /** Ends the link and the listening. */
  close(): Promise<void>;
}

export type ServingState =
  /** `turnedAway`: why the last one that called was not let in. */
  | { kind: 'waiting'; turnedAway?: string }
  | { kind: 'sending'; bytes: number; total: number; attempt: number }
  /** All was sent and it loads. */
  | { kind: 'loading'; attempt: number }
  | { kind: 'loaded' };

/** Reads RDB files without a server, in constant memory. */
export interface RdbFiles {
  /** Reads to the end, or to where it is broken; rejects only with what the source itself throws. */
  read(bytes: AsyncIterable<Uint8Array>, options: RdbOptions): Promise<RdbVerdict>;
  /** Looks on while a copy passes by: every chunk is handed on unchanged, and the verdict stands when all have. */
  alongside(
    bytes: AsyncIterable<Uint8Array>,
    options: RdbOptions,
  ): { bytes: AsyncIterable<Uint8Array>; verdict(): RdbVerdict };
  /** The keys and libraries of a file in their order, as many at a time as a piece of it held; throws where it is broken. */
  cut(bytes: AsyncIterable<Uint8Array>, options: CutOptions): AsyncIterable<RdbPart[]>;
  /** What RESTORE takes for a value that stands apart, of `payloadSize` bytes; `value` is the part of the file that holds it. */
  payload(apart: NonNullable<CutKey['apart']>, value: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  payloadSize(size: number): number;
  /** Whether two answers to DUMP, of whatever version, hold the same; undefined where that cannot be told. */
  holdTheSame(one: Uint8Array, other: Uint8Array): boolean | undefined;
  /** Of the content of an answer to DUMP, as that of a drawn key; undefined where it cannot be told. */
  digestOf(dump: Uint8Array): string | undefined;
}

export interface CutOptions {
  /** Values up to this many bytes are given. */
  largest: number;
  /** Whether the value of a key is wanted; of the others only that they are there is told. */
  wanted(name: Buffer, expiresAt: number | undefined): boolean;
}

/** A library of functions, unless it is too large, or a key; with what RESTORE takes. */
export type RdbPart = { library: Buffer | undefined } | CutKey;

export interface CutKey {
  database: number;
  /** Undefined where it is longer than any that is kept. */
  name: Buffer | undefined;
  kind: RdbKind;
  /** Epoch ms; absent: it never expires. */
  expiresAt?: number;
  /** Of a wanted value, in bytes. */
  size?: number;
  /** Of a wanted value that is not too large. */
  payload?: Buffer;
  /** Of a wanted value that is: where it stands in the file, and what RESTORE wants to know of it. */
  apart?: { from: number; type: number; version: number };
}

export interface RdbOptions {
  /** Epoch ms: which keys count as expired. */
  now: number;
  /** How many keys are drawn; none by default. */
  sample?: number;
  /** The keys of each slot are counted. */
  slots?: boolean;
  /** 0 up to 1, as Math.random. */
  chance?(): number;
}

/**
 * Copies what is kept elsewhere to this machine, for its owner alone, until it is let go or this process ends; undefined
 * where there is no room for so many bytes. Rejects with what the source throws.
 */
export type Spool = (
  source: AsyncIterable<Uint8Array>,
  size: number,
  signal?: AbortSignal,
) => Promise<StoredBytes | undefined>;

/** A disposable server on this machine that nobody else reaches. */
export interface Scratch {
  /** Loads a file, a path or its bytes, into a server that can read it, and looks at what it then holds. */
  load(file: string | AsyncIterable<Uint8Array>, options: ScratchOptions): Promise<ScratchOutcome>;
  /** Which engine would be used for such a file, without starting it. */
  engineFor(file: Pick<RdbSummary, 'magic' | 'version' | 'engine' | 'engineVersion'>): ScratchEngine | NoEngine;
}

export interface ScratchEngine {
  kind: 'engine';
  engine: Engine;
  version: string;
}

export interface NoEngine {
  kind: 'no-engine';
  because: string;
}

export interface ScratchOptions {
  /** What the reader said of the file: which engine it needs, how much memory, and the keys to compare. */
  summary: RdbSummary;
  signal?: AbortSignal;
}

export type ScratchOutcome =
  | {
      kind: 'loaded';
      engine: Engine;
      version: string;
      seconds: number;
      /** Database -> number of keys; those that expired since are not in it. */
      keys: ReadonlyMap<number, number>;
      /** Keys of the file that were past their expiry, so that it left them out; from Redis 7.0 on it counts them. */
      expired?: number;
      functions: number;
      /** DEBUG DIGEST, where the server lets us: equal to that of a source of the same version when nothing was written meanwhile. */
      digest?: string;
      sample: SampleComparison;
    }
  /** The server did not take the file, or this machine could not try. `corrupt`: the file is why. */
  | { kind: 'refused'; because: string; corrupt: boolean }
  | NoEngine;

/** The keys that the reader drew from the file beside what the server shows of them. */
export interface SampleComparison {
  compared: number;
  /** Of those, how many by their content too. */
  byContent: number;
  /** Gone, as their expiry is past by now. */
  expired: number;
  different: readonly { key: RdbKey; how: string }[];
}
