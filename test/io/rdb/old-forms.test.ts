import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { dumpDigest } from '../../../src/io/rdb/content.ts';
import { Crc64 } from '../../../src/io/rdb/crc64.ts';

/** Redis up to 6.2 packed small collections as ziplists; newer servers read them and pack them anew. */
let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis({ port: server.port, host: server.host });
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** A payload as DUMP of an old server gives it. */
function dump(type: number, value: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([type]), value, Buffer.from([9, 0])]);
  const crc = new Crc64();
  crc.update(body, 0, body.length);
  return Buffer.concat([body, crc.bytes()]);
}

function string(bytes: Buffer): Buffer {
  const length = Buffer.from([0x80, 0, 0, 0, 0]);
  length.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([length, bytes]);
}

function ziplist(elements: readonly (string | number | bigint)[]): Buffer {
  const entries: Buffer[] = [];
  let before = 0;
  for (const element of elements) {
    const head = before < 254 ? Buffer.from([before]) : Buffer.from([254, before & 0xff, before >> 8, 0, 0]);
    const entry = Buffer.concat([head, body(element)]);
    entries.push(entry);
    before = entry.length;
  }
  const all = Buffer.concat(entries);
  const front = Buffer.alloc(10);
  front.writeUInt32LE(all.length + 11, 0);
  front.writeUInt32LE(10 + all.length - before, 4);
  front.writeUInt16LE(elements.length, 8);
  return Buffer.concat([front, all, Buffer.from([0xff])]);
}

function body(element: string | number | bigint): Buffer {
  if (typeof element === 'string') {
    const { length } = element;
    const head =
      length < 64
        ? [length]
        : length < 16_384
          ? [0x40 | (length >> 8), length & 0xff]
          : [0x80, 0, 0, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from(head), Buffer.from(element)]);
  }
  if (typeof element === 'bigint') {
    const bytes = Buffer.alloc(9, 0xe0);
    bytes.writeBigInt64LE(element, 1);
    return bytes;
  }
  if (element >= 0 && element <= 12) return Buffer.from([0xf1 + element]);
  const [head, width] =
    element >= -128 && element < 128
      ? [0xfe, 1]
      : element >= -32_768 && element < 32_768
        ? [0xc0, 2]
        : Math.abs(element) < 8_388_608
          ? [0xf0, 3]
          : [0xd0, 4];
  const bytes = Buffer.alloc(1 + width, head);
  bytes.writeIntLE(element, 1, width);
  return bytes;
}

const MIXED = [
  'a',
  5,
  'b'.repeat(100),
  -100,
  'c'.repeat(300),
  30_000,
  'd',
  -8_000_000,
  'e',
  2_000_000_000,
  'f',
  9_007_199_254_740_993n,
];

test.each([
  ['a hash', dump(13, string(ziplist(MIXED)))],
  ['a sorted set', dump(12, string(ziplist(['low', -100, 'mid', 0, 'near', '1.5', 'high', 30_000])))],
  [
    'a list of nodes',
    dump(14, Buffer.concat([Buffer.from([2]), string(ziplist(MIXED)), string(ziplist([1, 2, 'x'.repeat(20_000)]))])),
  ],
  ['a sorted set with scores as text', dump(3, Buffer.from('\x02\x01a\x031.5\x01b\xfe', 'latin1'))],
])('%s has the digest that it has once a newer server has taken it over', async (what, payload) => {
  await redis.call('RESTORE', what, '0', payload);
  const anew = await redis.dumpBuffer(what);
  expect(anew[0]).not.toBe(payload[0]);
  expect(dumpDigest('REDIS', payload)).toMatch(/^[0-9a-f]{32}$/);
  expect(dumpDigest('REDIS', payload)).toBe(dumpDigest('REDIS', anew));
});

test('a changed element changes the digest, and what is torn has none', () => {
  const one = dumpDigest('REDIS', dump(13, string(ziplist(['a', 'b']))));
  const other = dumpDigest('REDIS', dump(13, string(ziplist(['a', 'c']))));
  expect(one).not.toBe(other);
  expect(dumpDigest('REDIS', dump(13, string(ziplist(['a', 'b']).subarray(0, -2))))).toBeUndefined();
  expect(dumpDigest('REDIS', Buffer.alloc(0))).toBeUndefined();
});
