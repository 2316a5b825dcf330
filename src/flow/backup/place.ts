/** From one byte up to another, which is not among them. */
export interface ByteRange {
  from: number;
  to: number;
}

/** The bytes of something stored, for work that reads them more than once. */
export interface StoredBytes {
  /** Of a file on this machine. */
  path?: string;
  /** All of it, or a part. Throws while it is read when it cannot be had. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Ends the work with it; harmless when done again. */
  release(): Promise<void>;
}

/** Where backups are kept: a folder, or a bucket. Names are plain: no slashes. */
export interface Place {
  /** For people: `the folder /var/lib/redis-medic/backups`, `s3://bucket/prefix`. */
  readonly shown: string;
  /**
   * Stores all of it under this name, or nothing: what is read under the name is always whole. Rejects when it could not
   * be stored, or with what `bytes` throws.
   */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The content, or a part of it; throws while it is read when it cannot be had. */
  read(name: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** All that is there, with sizes in bytes and the time of the last change, epoch ms. */
  list(): Promise<{ name: string; bytes: number; changedAt: number }[]>;
  /** Harmless when it is not there. */
  remove(name: string): Promise<void>;
  /** The path of a file that a server on this machine can read; undefined where there is none. */
  pathOf(name: string): string | undefined;
  /** Removes what a writer that died has left half written. */
  tidy(): Promise<void>;
}
