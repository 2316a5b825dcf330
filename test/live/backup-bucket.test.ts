import { existsSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { Unreadable } from '../../src/flow/backup/file.ts';
import { type Taken, takeBackup } from '../../src/flow/backup/take.ts';
import { verifyBackup } from '../../src/flow/backup/verify.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { type FakeS3, S3_LOGIN, startFakeS3 } from '../support/fake-s3.ts';
import { mustPlanOn, perform, stage } from '../support/restoring.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

let bucket: FakeS3;
let works: TestWorks;
let source: RedisServer;
let backup: Backup;

beforeAll(async () => {
  bucket = await startFakeS3();
  works = await startWorks({
    place: {
      kind: 's3',
      bucket: { bucket: 'backups', prefix: 'shop', endpoint: bucket.endpoint, pathStyle: true, credentials: S3_LOGIN },
    },
  });
  source = await startRedis();
  await fillWithEveryType(source);
  const taken = await take();
  if (taken.kind !== 'taken') throw new Error(taken.because);
  backup = taken.backup;
}, 60_000);
beforeEach(() => {
  bucket.fail('GET', 0);
  bucket.fail('PUT', 0);
  bucket.requests.length = 0;
});
afterAll(async () => {
  await source.stop();
  await works.close();
  await bucket.stop();
});

function take(): Promise<Taken> {
  const target = plainTarget({ seeds: [source] });
  return takeBackup(works.works, { target, node: source, reason: { kind: 'manual' } });
}

function fetched(): number {
  return bucket.requests.filter((line) => line.startsWith('GET') && line.endsWith(`${backup.id}.rdb`)).length;
}

test('a backup in a bucket is loaded by a server, and fetched once for that', async () => {
  expect((await verifyBackup(works.works, backup)).verification).toMatchObject({ how: 'scratch', verdict: 'intact' });
  expect(fetched()).toBe(1);
});

test('a run that tries it and puts its keys back fetches it once, and leaves nothing on this machine', async () => {
  const server = await startRedis();
  const on = stage(works, [server], { memoryLimitBytes: 2 ** 30 });
  const spool = vi.spyOn(works.works, 'spool');
  const plan = await mustPlanOn(on, 'restore-keys', { backup: backup.id });
  expect((await perform(on, plan.commands)).at(-2)).toMatch(/^926 keys put back/);
  expect(await server.send('DEBUG', 'DIGEST')).toBe(await source.send('DEBUG', 'DIGEST'));
  expect(fetched()).toBe(1);
  const copies = await Promise.all(spool.mock.results.map(({ value }) => value));
  expect(copies.map((copy) => existsSync(copy?.path ?? ''))).toEqual([false]);
  spool.mockRestore();
  await server.stop();
});

test('where there is no room for a copy it is read over the network each time', async () => {
  const narrow = { ...works.works, spool: async () => undefined };
  expect((await verifyBackup(narrow, backup)).verification.verdict).toBe('intact');
  expect(fetched()).toBe(2);
});

test('a bucket that does not answer says nothing about what is in it', async () => {
  bucket.fail('GET', 100, 403);
  await expect(verifyBackup(works.works, backup)).rejects.toThrow(Unreadable);
  bucket.fail('GET', 0);
  expect((await works.works.catalog.get(backup.id))?.verification).toMatchObject({ how: 'scratch', verdict: 'intact' });
});

test('a bucket that takes nothing is why there is no backup, and nothing of it stays', async () => {
  const objects = [...bucket.objects.keys()];
  bucket.fail('PUT', 100, 403);
  expect(await take()).toEqual({ kind: 'failed', because: expect.stringContaining('SlowDown') });
  expect([...bucket.objects.keys()]).toEqual(objects);
  expect(bucket.uploads.size).toBe(0);
  expect(works.told.at(-1)).toMatchObject({ kind: 'backup-failed' });
});
