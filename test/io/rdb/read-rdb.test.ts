import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { type RdbVerdict, totalsOf } from '../../../src/domain/rdb.ts';
import type { RdbOptions } from '../../../src/flow/backup/ports.ts';
import { dumpDigest } from '../../../src/io/rdb/content.ts';
import { Crc64 } from '../../../src/io/rdb/crc64.ts';
import { rdbFiles } from '../../../src/io/rdb/read-rdb.ts';
import { ENGINES } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { gather } from '../../support/gather.ts';
import { inPieces, rdbOf } from '../../support/rdb-of.ts';

const NOW = Date.now();

interface Source {
  server: RedisServer;
  rdb: Buffer;
}

const sources = new Map<string, Source>();

beforeAll(async () => {
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    await fillWithEveryType(server);
    sources.set(binary.engine, { server, rdb: await rdbOf(server) });
  }
});

afterAll(async () => {
  for (const { server } of sources.values()) await server.stop();
});

function sourceOf(engine: string): Source {
  const source = sources.get(engine);
  if (!source) throw new Error(`no ${engine} is running`);
  return source;
}

function read(rdb: Buffer, options: Partial<RdbOptions> = {}, size = 65_536): Promise<RdbVerdict> {
  return rdbFiles.read(inPieces(rdb, size), { now: NOW, ...options });
}

async function summaryOf(rdb: Buffer, options: Partial<RdbOptions> = {}, size = 65_536) {
  const verdict = await read(rdb, options, size);
  if (verdict.kind !== 'intact') throw new Error(`${verdict.kind} at ${verdict.at}: ${verdict.because}`);
  return verdict.summary;
}

describe.each(ENGINES)('a file of $engine', ({ engine, version }) => {
  test('is counted as the server counts, in whatever pieces it comes', async () => {
    const { rdb } = sourceOf(engine);
    const summary = await summaryOf(rdb, { sample: 5000 });
    expect(summary).toMatchObject({
      engine: engine.startsWith('valkey') ? 'valkey' : 'redis',
      engineVersion: version,
      bytes: rdb.length,
      functions: 1,
      modules: [],
      checksum: 'right',
    });
    expect([...summary.databases]).toEqual([
      [0, { keys: 924, expiring: 101, expired: 0 }],
      [3, { keys: 1, expiring: 0, expired: 0 }],
      [9, { keys: 1, expiring: 0, expired: 0 }],
    ]);
    for (const size of [1, 7, 1000, rdb.length]) {
      expect(await summaryOf(rdb, { sample: 5000 }, size)).toEqual(summary);
    }
  });

  test('has the contents that the server dumps, key by key', async () => {
    const { server, rdb } = sourceOf(engine);
    const { sample, magic } = await summaryOf(rdb, { sample: 5000 });
    expect(sample).toHaveLength(926);
    expect(await differing(server, sample, magic)).toEqual([]);
  });

  test('of the keys that expire, those that are past are told', async () => {
    const { rdb } = sourceOf(engine);
    const later = await summaryOf(rdb, { now: 4_102_444_800_151 });
    expect(totalsOf(later)).toEqual({ keys: 926, expiring: 101, expired: 51 });
  });

  test('that was changed anywhere is broken', async () => {
    const { rdb } = sourceOf(engine);
    for (let at = 0; at < 200; at += 1) {
      const place = Math.floor((rdb.length / 200) * at);
      const flipped = Buffer.from(rdb);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << (at % 8));
      const verdict = await read(flipped);
      expect([place, verdict.kind === 'intact']).toEqual([place, false]);
      expect(verdict.kind === 'unknown' && verdict.summary.checksum).not.toBe('right');
    }
  });

  test('that was cut anywhere is broken', async () => {
    const { rdb } = sourceOf(engine);
    for (const bytes of [0, 5, 9, 50, 1000, rdb.length / 2, rdb.length - 9, rdb.length - 8, rdb.length - 1]) {
      const cut = rdb.subarray(0, bytes);
      expect(await read(cut)).toMatchObject({ kind: 'broken', at: cut.length });
    }
  });
});

/** Names of the keys whose content in the file is not that on the server. */
async function differing(
  server: RedisServer,
  sample: readonly { database: number; name: string; digest?: string }[],
  magic: 'REDIS' | 'VALKEY',
) {
  const redis = new Redis({ port: server.port, host: server.host });
  try {
    const wrong: string[] = [];
    for (const { database, name, digest } of sample) {
      await redis.select(database);
      const dump = await redis.dumpBuffer(Buffer.from(name, 'latin1'));
      if (digest === undefined || dumpDigest(magic, dump) !== digest) wrong.push(name);
    }
    return wrong;
  } finally {
    redis.disconnect();
  }
}

test('one content has one digest, whoever packs it how', async () => {
  const digests = await Promise.all(
    ['installed', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'].map(async (engine) => {
      const { sample } = await summaryOf(sourceOf(engine).rdb, { sample: 5000 });
      // Fields that expire are not of every version; when a message was delivered differs.
      const same = sample.filter(({ name }) => !/^hash:[23]|^stream:2/.test(name));
      return new Map(same.map(({ database, name, digest }) => [`${database} ${name}`, digest]));
    }),
  );
  for (const each of digests) expect(each).toEqual(digests[0]);
});

test('a file without a checksum says so, and a change of its structure is still found', async () => {
  const server = await startRedis({ args: ['--rdbchecksum', 'no'] });
  try {
    await fillWithEveryType(server, 10);
    const rdb = await rdbOf(server);
    expect((await summaryOf(rdb)).checksum).toBe('absent');
    expect(await read(rdb.subarray(0, -20))).toMatchObject({ kind: 'broken' });
  } finally {
    await server.stop();
  }
});

test.each([
  ['an empty file', '', 0, 'it is empty'],
  ['a foreign file', 'PK\x03\x04 something else altogether', 0, 'it does not begin like an RDB file'],
  ['a text', 'REDIS1', 6, 'it ends in the middle'],
])('%s is broken', async (_what, text, at, because) => {
  expect(await read(Buffer.from(text, 'latin1'))).toMatchObject({
    kind: 'broken',
    at,
    because: expect.stringContaining(because),
  });
});

/** A file of our own making, with its checksum. */
function made(...parts: (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  const crc = new Crc64();
  crc.update(bytes, 0, bytes.length);
  return Buffer.concat([bytes, crc.bytes()]);
}

test('what is newer than this program is unknown, not broken, as long as its checksum fits', async () => {
  const newer = made('REDIS0012', '\xfe\x00', '\x00\x03key\x05value', '\x7b\x03newWHATEVER\xff');
  expect(await read(newer)).toMatchObject({
    kind: 'unknown',
    at: 22,
    because: 'values of the type 123 are not known here',
    summary: { checksum: 'right', version: 12 },
  });
  newer[30] = 0;
  expect(await read(newer)).toMatchObject({
    kind: 'broken',
    because: expect.stringContaining('its checksum does not fit'),
  });
  expect(await read(made('VALKEY999', '\xff'))).toMatchObject({ kind: 'intact', summary: { version: 999 } });
});

test('bytes behind the end are no part of an RDB', async () => {
  const { rdb } = sourceOf('installed');
  const longer = Buffer.concat([rdb, Buffer.from('*1\r\n')]);
  for (const size of [1, 65_536, longer.length]) {
    expect(await read(longer, {}, size)).toMatchObject({ kind: 'broken', at: rdb.length });
  }
});

test('data of a module is passed over and its module named', async () => {
  // Nine letters of six bits and a version: "ReJSON-RL" 3.
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const id = Buffer.alloc(9, 0x81);
  id.writeBigUInt64BE(
    Array.from('ReJSON-RL').reduce((sum, letter) => (sum << 6n) | BigInt(letters.indexOf(letter)), 0n) * 1024n + 3n,
    1,
  );
  const data = '\x05\x03abc\x02\x07\x03\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00';
  const rdb = made('REDIS0010', '\xfe\x00', '\x07\x01k', id, data, '\x00\x01a\x01b', '\xff');
  expect(await summaryOf(rdb, { sample: 10 }, 1)).toMatchObject({
    modules: ['ReJSON-RL'],
    sample: [
      { name: 'k', kind: 'module' },
      { name: 'a', kind: 'string', digest: expect.any(String) },
    ],
  });
});

test('a sample is drawn evenly and no bigger than was asked for', async () => {
  const { rdb } = sourceOf('installed');
  const drawn = new Map<string, number>();
  for (let round = 0; round < 60; round += 1) {
    const { sample } = await summaryOf(rdb, { sample: 50 });
    expect(sample).toHaveLength(50);
    for (const { name } of sample) drawn.set(name, (drawn.get(name) ?? 0) + 1);
  }
  expect(drawn.size).toBeGreaterThan(800);
  expect(Math.max(...drawn.values())).toBeLessThan(20);
});

test('alongside, every chunk is handed on unchanged', async () => {
  const { rdb } = sourceOf('installed');
  const look = rdbFiles.alongside(inPieces(rdb, 1000), { now: NOW });
  expect((await gather(look.bytes)).equals(rdb)).toBe(true);
  expect(look.verdict()).toMatchObject({ kind: 'intact', summary: { checksum: 'right' } });
  const broken = rdbFiles.alongside(inPieces(Buffer.alloc(10_000), 1000), { now: NOW });
  expect(await gather(broken.bytes)).toHaveLength(10_000);
  expect(broken.verdict().kind).toBe('broken');
});
