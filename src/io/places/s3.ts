import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { isOfBackup } from '../../domain/backup.ts';
import type { S3Settings } from '../../domain/backup-settings.ts';
import type { Place } from '../../flow/backup/place.ts';

/** A file has 10,000 parts at most, so this allows 320 GiB; two are held in memory at a time. */
const PART_BYTES = 32 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const CONNECT_MS = 5000;
const SILENT_MS = 60_000;
const ATTEMPTS = 4;
/** An upload that is older belongs to a process that died; those of others in the bucket are no business of ours. */
const ABANDONED_MS = 24 * 3600_000;

/** A bucket of S3, or of a server that speaks like it. An object is there as a whole or not at all. */
export function s3Place({ bucket, prefix, region, endpoint, pathStyle, credentials }: S3Settings): Place {
  const client = new S3Client({
    ...(region !== undefined && { region }),
    // Other servers do not care, but the signature wants one.
    ...(region === undefined && endpoint !== undefined && { region: 'us-east-1' }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
    // Not every server knows the newer checksums; ours is compared when a backup is verified.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const folder = prefix === '' ? '' : `${prefix}/`;
  const at = (name: string) => ({ Bucket: bucket, Key: `${folder}${name}` });
  const shown = `s3://${bucket}/${folder}`;

  return {
    shown,
    pathOf: () => undefined,
    async write(name, bytes) {
      const upload = new Upload({
        client,
        params: { ...at(name), Body: Readable.from(bytes, { objectMode: false }) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        leavePartsOnError: false,
      });
      await upload.done();
    },
    async *read(name, range) {
      const part = range && { Range: `bytes=${range.from}-${range.to - 1}` };
      const { Body: body } = await client.send(new GetObjectCommand({ ...at(name), ...part }));
      if (!(body instanceof Readable)) throw new Error(`${shown}${name} is empty`);
      yield* body;
    },
    async list() {
      const found: Awaited<ReturnType<Place['list']>> = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: folder })) {
        for (const { Key = '', Size = 0, LastModified } of Contents) {
          const name = Key.slice(folder.length);
          if (name !== '' && !name.includes('/'))
            found.push({ name, bytes: Size, changedAt: LastModified?.getTime() ?? 0 });
        }
      }
      return found;
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand(at(name)));
    },
    async tidy() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: folder }));
      for (const { Key = '', UploadId, Initiated } of Uploads) {
        if (!isOfBackup(Key.slice(folder.length))) continue;
        if (Date.now() - (Initiated?.getTime() ?? Date.now()) < ABANDONED_MS) continue;
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      }
    },
  };
}
