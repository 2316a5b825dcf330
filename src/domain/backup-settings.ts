import type { Address, Place } from './target.ts';

/** A bucket of S3 or of what speaks like it. */
export interface S3Settings {
  bucket: string;
  /** Without a slash at its ends. */
  prefix: string;
  region?: string;
  endpoint?: string;
  pathStyle: boolean;
  /** From the environment, or the machine's role, when absent. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Where backups are kept, and how they are taken, tried and served. */
export interface BackupSettings {
  place: { kind: 'folder'; path: string } | { kind: 's3'; bucket: S3Settings };
  bytesPerSecond?: number;
  /** Paths of server programs, to be used before those that are found. */
  scratch: readonly string[];
  /** Where others are looked for: PATH. */
  searchPath: string;
  serve: {
    listen: Address;
    /** How servers reach us, where that is another address. */
    announce?: Place;
    /** For servers that want TLS of their primary. */
    certificate?: { cert: string; key: string; ca?: string };
  };
}
