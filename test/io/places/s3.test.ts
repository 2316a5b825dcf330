import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { s3Place } from '../../../src/io/places/s3.ts';
import { type FakeS3, S3_LOGIN, startFakeS3 } from '../../support/fake-s3.ts';
import { contentOf, placeContract } from '../../support/place-contract.ts';

let server: FakeS3;

beforeAll(async () => {
  server = await startFakeS3();
});
beforeEach(() => {
  server.objects.clear();
  server.uploads.clear();
  server.requests.length = 0;
});
afterAll(() => server.stop());

const open = (prefix = 'redis/shop', credentials = S3_LOGIN) =>
  s3Place({ bucket: 'backups', prefix, endpoint: server.endpoint, pathStyle: true, credentials });

placeContract(async () => open());

async function* chunks(count: number) {
  for (let at = 0; at < count; at += 1) yield randomBytes(8 * 1024 * 1024);
}

test('it stands below its prefix, and what else is in the bucket is left alone', async () => {
  server.objects.set('backups/other/a', Buffer.from('x'));
  server.objects.set('backups/redis/shop/deeper/a', Buffer.from('x'));
  await open().write('a', chunks(1));
  expect([...server.objects.keys()]).toContain('backups/redis/shop/a');
  expect((await open().list()).map(({ name }) => name)).toEqual(['a']);
  await open('').write('b', chunks(1));
  expect((await open('').list()).map(({ name }) => name)).toEqual(['b']);
});

test('a large one goes up in parts, and one that breaks off is aborted', async () => {
  await open().write('large', chunks(9));
  expect(server.objects.get('backups/redis/shop/large')?.length).toBe(72 * 1024 * 1024);
  expect(server.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
  async function* cut() {
    yield* chunks(9);
    throw new Error('the server went away');
  }
  await expect(open().write('cut', cut())).rejects.toThrow('the server went away');
  expect(server.objects.has('backups/redis/shop/cut')).toBe(false);
  expect(server.uploads.size).toBe(0);
}, 30_000);

test('a request that fails is tried again', async () => {
  server.fail('PUT', 2);
  await open().write('a', chunks(1));
  server.fail('GET', 1);
  expect((await contentOf(open(), 'a')).length).toBe(8 * 1024 * 1024);
});

test('a wrong login is an error with its reason', async () => {
  const wrong = open('', { ...S3_LOGIN, secretAccessKey: 'another' });
  await expect(wrong.list()).rejects.toThrow('SignatureDoesNotMatch');
});

test('an upload that a dead process began is ended, a young one and those of others are not', async () => {
  const OLD = Date.now() - 25 * 3600_000;
  const begun = (name: string, at: number) => ({ key: `backups/${name}`, parts: new Map(), at });
  const ours = 'bak_20261128-040000-abc123.rdb';
  server.uploads
    .set('old', begun(`redis/shop/${ours}`, OLD))
    .set('young', begun(`redis/shop/${ours}`, Date.now()))
    .set('of others', begun('redis/shop/video', OLD))
    .set('below', begun(`redis/shop/deeper/${ours}`, OLD));
  await open().tidy();
  expect([...server.uploads.keys()]).toEqual(['young', 'of others', 'below']);
  await open('').tidy();
  expect([...server.uploads.keys()]).toEqual(['young', 'of others', 'below']);
});
