import { resolve } from 'node:path';
import { z } from 'zod';
import { type BackupSchedule, parseSchedule } from '../domain/backup-schedule.ts';
import type { BackupSettings, S3Settings } from '../domain/backup-settings.ts';
import { parseDuration } from '../domain/quantity.ts';
import { parsePlace } from '../domain/redis-url.ts';
import type { Place, Target } from '../domain/target.ts';
import type { Env, Environment } from './environment.ts';
import { type Files, fileText } from './files.ts';
import { Bytes, read } from './values.ts';

/** The port that a server which takes a restore connects to. */
const SERVE_PORT = 7379;

const Schedule = read<BackupSchedule>(
  (text) => parseSchedule(text, parseDuration),
  'expected `every 6h` (from 1m to 31d) or a time of day with its time zone: `at 03:30 Europe/Berlin`',
);

/** How a target is backed up by itself. */
export const TargetBackup = z.strictObject({
  /** For copies; the login for approved commands when absent. */
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  schedule: Schedule.optional(),
  keep: z
    .strictObject({
      last: z.number().int().min(1).max(10_000).optional(),
      days: z.number().int().min(1).max(3650).optional(),
    })
    .default({}),
});

const S3 = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9!_.*'()/-]{0,400}$/, 'expected a prefix of letters, digits and / - _ .')
    .default(''),
  region: z.string().min(1).max(60).optional(),
  endpoint: z.url({ protocol: /^https?$/, error: 'expected a http(s) URL' }).optional(),
  path_style: z.boolean().optional(),
  access_key_id: z.string().min(1).optional(),
  secret_access_key: z.string().min(1).optional(),
});

const Announce = read<Place>(parsePlace, 'expected a host, or host:port');

/** Where backups are kept, and how they are taken, tried and served. */
export const Backups = z
  .strictObject({
    folder: z.string().min(1).optional(),
    s3: S3.optional(),
    /** Bytes a second. */
    rate_limit: Bytes.refine((bytes) => bytes >= 65_536, 'expected at least 64kb a second').optional(),
    /** Server programs to try backups with. */
    scratch: z.array(z.string().min(1)).max(20).default([]),
    serve: z
      .strictObject({
        host: z.string().min(1).default('0.0.0.0'),
        port: z.number().int().min(1).max(65_535).default(SERVE_PORT),
        announce: Announce.optional(),
        cert: z.string().min(1).optional(),
        key: z.string().min(1).optional(),
        ca: z.string().min(1).optional(),
      })
      .default({ host: '0.0.0.0', port: SERVE_PORT }),
  })
  .refine(({ folder, s3 }) => (folder === undefined) !== (s3 === undefined), {
    error: 'either folder or s3, where the backups are kept',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });
type BackupsEntry = z.infer<typeof Backups>;

type Complain = (path: readonly string[], text: string) => void;

export function backupSettings(entry: BackupsEntry, env: Env, files: Files, complain: Complain): BackupSettings {
  const { folder, s3, rate_limit, scratch, serve } = entry;
  const certificate = certificateOf(serve, files, complain);
  return {
    place: s3
      ? { kind: 's3', bucket: bucketOf(s3, complain) }
      : { kind: 'folder', path: resolve(files.folder, folder ?? '') },
    ...(rate_limit !== undefined && { bytesPerSecond: rate_limit }),
    scratch: scratch.map((path) => resolve(files.folder, path)),
    searchPath: env.PATH ?? '',
    serve: {
      listen: { host: serve.host, port: serve.port },
      ...(serve.announce && { announce: serve.announce }),
      ...(certificate && { certificate }),
    },
  };
}

function bucketOf(s3: NonNullable<BackupsEntry['s3']>, complain: Complain): S3Settings {
  const { bucket, prefix, region, endpoint, path_style, access_key_id: id, secret_access_key: secret } = s3;
  if ((id === undefined) !== (secret === undefined)) {
    complain(['s3'], 'access_key_id and secret_access_key belong together');
  }
  return {
    bucket,
    prefix: prefix.replace(/^\/+|\/+$/g, ''),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // Most servers that are not AWS have no name of their own for each bucket.
    pathStyle: path_style ?? endpoint !== undefined,
    ...(id !== undefined && secret !== undefined && { credentials: { accessKeyId: id, secretAccessKey: secret } }),
  };
}

function certificateOf(
  { cert, key, ca }: BackupsEntry['serve'],
  files: Files,
  complain: Complain,
): { cert: string; key: string; ca?: string } | undefined {
  if ((cert === undefined) !== (key === undefined)) complain(['serve'], 'cert and key belong together');
  if (cert === undefined || key === undefined) return undefined;
  const text = (part: string, path: string) => fileText(path, files, (why) => complain(['serve', part], why)) ?? '';
  return { cert: text('cert', cert), key: text('key', key), ...(ca !== undefined && { ca: text('ca', ca) }) };
}

/** What a target has of its own. */
export function targetBackup({ schedule, keep, username, password }: z.infer<typeof TargetBackup>): Target['backup'] {
  const { last, days } = keep;
  const credentials = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
  return {
    ...(schedule && { schedule }),
    keep: { ...(last !== undefined && { last }), ...(days !== undefined && { days }) },
    ...(Object.keys(credentials).length > 0 && { credentials }),
  };
}

/** What the log must hide. */
export function backupSecrets({ place, serve }: BackupSettings, env: Environment): (string | undefined)[] {
  const bucket = place.kind === 's3' ? place.bucket.credentials : undefined;
  return [bucket?.secretAccessKey, serve.certificate?.key, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN];
}
