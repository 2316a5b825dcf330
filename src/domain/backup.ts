import { z } from 'zod';
import { TargetName } from './ids.ts';
import type { Engine } from './server.ts';
import { bytes } from './units.ts';

/** `bak_20261128-041530-4f0k2m`: in the order of time, and the name of its files. */
export const BackupId = z
  .string()
  .regex(/^bak_\d{8}-\d{6}-[0-9a-z]{6}$/)
  .brand('BackupId');
export type BackupId = z.infer<typeof BackupId>;

/** Why it was taken. */
export const BackupReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('manual') }),
  z.object({ kind: z.literal('schedule') }),
  /** Of the data that a restore replaces. */
  z.object({ kind: z.literal('safety-copy'), run: z.string() }),
  /** A step of this run that was approved. */
  z.object({ kind: z.literal('run'), run: z.string() }),
]);
export type BackupReason = z.infer<typeof BackupReason>;

/** What was found when it was checked. `unknown`: it holds something that nothing here can read. */
export const Verification = z.object({
  /** `scratch`: a server loaded it; `structure`: it was read through, which does not prove that a server accepts it. */
  how: z.enum(['scratch', 'structure']),
  verdict: z.enum(['intact', 'broken', 'unknown']),
  /** Epoch ms. */
  at: z.number(),
  /** `redis 7.0.15`, which loaded it. */
  engine: z.string().optional(),
  /** How long it took to load it. */
  loadSeconds: z.number().optional(),
  /** Keys that were there; those that had expired by then are not among them. */
  keys: z.number().int().optional(),
  /** Of all keys, those whose expiry was past at that time. */
  expired: z.number().int().optional(),
  /** Keys drawn from the file and found in the server: how many, and how many of them by their content too. */
  sample: z.object({ compared: z.number(), byContent: z.number(), different: z.number() }).optional(),
  /** One sentence for people: what was compared, and what was not. */
  said: z.string(),
});
export type Verification = z.infer<typeof Verification>;

/** What is known of a backup; written beside the file. */
export const Backup = z.object({
  format: z.literal(1),
  id: BackupId,
  target: TargetName,
  /** The server that it was copied from. */
  node: z.string(),
  /** That server and, when it was a replica, the primary that it followed. */
  names: z.array(z.string()).min(1),
  engine: z.enum(['redis', 'valkey']),
  engineVersion: z.string(),
  magic: z.enum(['REDIS', 'VALKEY']),
  rdbVersion: z.number().int(),
  /** When the copy began, epoch ms. */
  takenAt: z.number(),
  tookMs: z.number(),
  bytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  databases: z.array(z.object({ database: z.number().int(), keys: z.number().int(), expiring: z.number().int() })),
  /** Of a node of a cluster: how many keys lie in each slot (printSlotCounts). */
  slots: z.string().optional(),
  functions: z.number().int(),
  /** Bytes that the largest value takes in the file. */
  largest: z.number().int().optional(),
  modules: z.array(z.string()),
  /** Memory of the server that wrote it, in bytes. */
  usedMemory: z.number().optional(),
  source: z.object({
    role: z.enum(['primary', 'replica']),
    /** Over all databases. */
    keysBefore: z.number().int(),
    keysAfter: z.number().int(),
    replicationId: z.string(),
    offset: z.number(),
  }),
  reason: BackupReason,
  verification: Verification,
});
export type Backup = z.infer<typeof Backup>;

/** A backup of which nothing is left to doubt, as far as that can be known here. */
export function isVerified({ verification: { how, verdict } }: Pick<Backup, 'verification'>): boolean {
  return how === 'scratch' && verdict === 'intact';
}

/** Whether a file of this name was begun by us: a folder or a bucket may hold what others keep there. */
export function isOfBackup(name: string): boolean {
  return /^bak_[\w-]+\.(?:rdb|json)\b/.test(name);
}

export function keysIn({ databases }: Pick<Backup, 'databases'>): number {
  return databases.reduce((sum, { keys }) => sum + keys, 0);
}

export function expiringIn({ databases }: Pick<Backup, 'databases'>): number {
  return databases.reduce((sum, { expiring }) => sum + expiring, 0);
}

export function backupId(at: number, chance: () => number): BackupId {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const tail = Array.from({ length: 6 }, () => Math.floor(chance() * 36).toString(36)).join('');
  return BackupId.parse(`bak_${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${tail}`);
}

/** Newest first. */
export function newestFirst<B extends Pick<Backup, 'takenAt'>>(backups: readonly B[]): B[] {
  return backups.toSorted((one, other) => other.takenAt - one.takenAt);
}

/** `1,000 keys, 12 MiB, of 10.0.0.1:6379`. */
export function describeBackup(backup: Backup): string {
  return `${keysIn(backup)} keys, ${bytes(backup.bytes)}, of ${backup.node}`;
}

/** A backup as a plan sees it. */
export interface KeptBackup extends Backup {
  /** The server program beside the bot that can load it, such as `redis 7.0.15`; or why there is none. */
  scratch: { engine: Engine; version: string } | { none: string };
}

/** What is known of the backups of one target; without a place nothing is kept. */
export interface KeptBackups {
  /** For people: `the folder /var/lib/medic/backups`. */
  place?: string;
  backups: readonly KeptBackup[];
  /** Where a server that takes a restore finds us; without `host` it is the address that it sees us come from. */
  serve: { host?: string; port: number };
  /** There is a certificate to show a server that wants TLS of its primary. */
  serveTls: boolean;
  /** Of what is served. */
  bytesPerSecond?: number;
}

/** Where nothing is set up. */
export const NO_BACKUPS: KeptBackups = { backups: [], serve: { port: 7379 }, serveTls: false };
