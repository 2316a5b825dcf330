import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRedis } from '../../../demo/redis-binary.ts';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { CutKey, CutOptions, RdbPart } from '../../../src/flow/backup/ports.ts';
import { rdbFiles } from '../../../src/io/rdb/read-rdb.ts';
import { ENGINES } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { inPieces, rdbOf } from '../../support/rdb-of.ts';

const ALL: CutOptions = { largest: 1024 * 1024, wanted: () => true };

let server: RedisServer;
let rdb: Buffer;
beforeAll(async () => {
  server = await startRedis({ binary: ENGINES.at(-1) ?? findRedis() });
  await fillWithEveryType(server);
  rdb = await rdbOf(server);
});
afterAll(() => server.stop());

async function cut(file: Buffer, options: Partial<CutOptions> = {}, size = 65_536): Promise<RdbPart[]> {
  const parts: RdbPart[] = [];
  for await (const some of rdbFiles.cut(inPieces(file, size), { ...ALL, ...options })) parts.push(...some);
  return parts;
}

function keysIn(parts: readonly RdbPart[]): CutKey[] {
  return parts.filter((part) => 'kind' in part);
}

test('the same comes in whatever pieces the file comes', async () => {
  const whole = await cut(rdb);
  expect(keysIn(whole)).toHaveLength(926);
  expect(whole.filter((part) => 'library' in part)).toHaveLength(1);
  expect(new Set(keysIn(whole).map(({ kind }) => kind))).toEqual(
    new Set(['string', 'list', 'set', 'zset', 'hash', 'stream']),
  );
  expect(new Set(keysIn(whole).map(({ database }) => database))).toEqual(new Set([0, 3, 9]));
  for (const size of [7, 1009, rdb.length]) expect(await cut(rdb, {}, size)).toEqual(whole);
});

test('of what is not wanted, or is too large, there is no more than that it is there', async () => {
  const small = keysIn(await cut(rdb, { largest: 100 }));
  expect(small).toHaveLength(926);
  expect(await cut(rdb, { largest: 0 })).toContainEqual({ library: expect.any(Buffer) });
  expect(small.find(({ name }) => String(name) === 'list:fat')).toMatchObject({
    kind: 'list',
    size: expect.any(Number),
  });
  expect(
    small.every(({ size = 0, payload, apart }) => (payload === undefined) === size > 100 && !payload === !!apart),
  ).toBe(true);
  const some = keysIn(await cut(rdb, { wanted: (name, expiresAt) => expiresAt === undefined && name[0] === 0x73 }));
  expect(some.filter(({ payload }) => payload)).toSatisfy((keys: CutKey[]) =>
    keys.every(({ name, expiresAt }) => String(name).startsWith('s') && expiresAt === undefined),
  );
  expect(some.find(({ name }) => String(name) === 'string:3')).toEqual({
    database: 0,
    name: Buffer.from('string:3'),
    kind: 'string',
    expiresAt: 4_102_444_800_003,
  });
});

test('what stands apart in the file is the same when it is read from there', async () => {
  const held = keysIn(await cut(rdb));
  for (const pieces of [7, 65_536]) {
    for (const [at, { size = 0, apart }] of keysIn(await cut(rdb, { largest: 0 }, pieces)).entries()) {
      if (!apart) throw new Error('it is held');
      const parts: Uint8Array[] = [];
      const value = inPieces(rdb.subarray(apart.from, apart.from + size), 1000);
      for await (const part of rdbFiles.payload(apart, value)) parts.push(part);
      expect(Buffer.concat(parts)).toEqual(held[at]?.payload);
      expect(rdbFiles.payloadSize(size)).toBe(held[at]?.payload?.length);
    }
  }
});

test('a name that is longer than any that is kept is told as such', async () => {
  const other = await startRedis({ args: ['--rdbcompression', 'no'] });
  await other.send('SET', 'n'.repeat(70_000), 'x');
  await other.send('SET', 'short', 'x');
  const keys = keysIn(await cut(await rdbOf(other), {}, 4096));
  expect(new Set(keys.map(({ name }) => name?.toString()))).toEqual(new Set(['short', undefined]));
  await other.stop();
});

test('a file that is cut, longer, or none is not taken for whole', async () => {
  await expect(cut(rdb.subarray(0, -9))).rejects.toThrow('it ends in the middle');
  await expect(cut(Buffer.concat([rdb, Buffer.from('x')]), {}, rdb.length)).rejects.toThrow('more bytes follow');
  await expect(cut(Buffer.concat([rdb, Buffer.from('x')]), {}, rdb.length + 1)).rejects.toThrow('more bytes follow');
  await expect(cut(Buffer.from('no RDB at all'))).rejects.toThrow('does not begin like an RDB file');
});

test('whether two answers to DUMP hold the same', () => {
  const dump = (text: string, version = 10) =>
    Buffer.concat([Buffer.of(0, text.length), Buffer.from(text), Buffer.of(version, 0), Buffer.alloc(8)]);
  expect(rdbFiles.holdTheSame(dump('a'), dump('a', 80))).toBe(true);
  expect(rdbFiles.holdTheSame(dump('a'), dump('b'))).toBe(false);
  expect(rdbFiles.holdTheSame(dump('a'), Buffer.from('short'))).toBeUndefined();
});
