import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startRedis } from '../../../demo/redis-server.ts';
import type { RdbSummary } from '../../../src/domain/rdb.ts';
import type { Scratch, ScratchOutcome } from '../../../src/flow/backup/ports.ts';
import { Crc64 } from '../../../src/io/rdb/crc64.ts';
import { rdbFiles } from '../../../src/io/rdb/read-rdb.ts';
import { openScratch } from '../../../src/io/scratch/open-scratch.ts';
import { ENGINES } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { inPieces, rdbOf } from '../../support/rdb-of.ts';

const CLOCK = { now: () => Date.now(), sleep: async () => {} };

let folder = '';
const sources = new Map<string, { rdb: Buffer; digest: unknown; summary: RdbSummary }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-medic-'));
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    await fillWithEveryType(server);
    // Gone before it is loaded.
    await server.send('SET', 'brief', 'x', 'PX', '150');
    const rdb = await rdbOf(server);
    await server.send('DEL', 'brief');
    sources.set(binary.engine, { rdb, digest: await server.send('DEBUG', 'DIGEST'), summary: await summaryOf(rdb) });
    await server.stop();
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  const left = (await readdir(folder)).filter((name) => name.startsWith('redis-medic-scratch-'));
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
});

async function summaryOf(rdb: Buffer, sample = 200): Promise<RdbSummary> {
  const verdict = await rdbFiles.read(inPieces(rdb), { now: Date.now(), sample });
  if (verdict.kind !== 'intact') throw new Error(verdict.because);
  return verdict.summary;
}

function source(engine = 'installed') {
  const found = sources.get(engine);
  if (!found) throw new Error(`no file of ${engine}`);
  return found;
}

function scratchOf(engines: readonly string[], freeMemory?: () => number): Promise<Scratch> {
  const programs = ENGINES.filter(({ engine }) => engines.includes(engine)).map(({ path }) => path);
  return openScratch({ programs, searchPath: '', clock: CLOCK, folder, ...(freeMemory && { freeMemory }) });
}

function loaded(outcome: ScratchOutcome): Extract<ScratchOutcome, { kind: 'loaded' }> {
  if (outcome.kind !== 'loaded') throw new Error(outcome.because);
  return outcome;
}

test.each(ENGINES)('a file of $engine is loaded and is what it was', async ({ engine, version }) => {
  const { rdb, digest, summary } = source(engine);
  const outcome = loaded(await (await scratchOf([engine])).load(inPieces(rdb), { summary }));
  expect(outcome).toMatchObject({ version, functions: 1, digest, expired: 1 });
  expect([...outcome.keys]).toEqual([
    [0, 924],
    [3, 1],
    [9, 1],
  ]);
  const { sample } = outcome;
  expect(sample.different).toEqual([]);
  expect(sample.compared + sample.expired).toBe(200);
  expect(sample.byContent).toBe(sample.compared);
});

test('a file is read where it lies and stays as it is', async () => {
  const { rdb, summary, digest } = source();
  const file = join(folder, 'backup.rdb');
  await writeFile(file, rdb, { mode: 0o400 });
  const outcome = loaded(await (await scratchOf(['installed'])).load(file, { summary }));
  expect(outcome.digest).toBe(digest);
  expect((await readFile(file)).equals(rdb)).toBe(true);
});

test('of several engines the one nearest to the writer is taken', async () => {
  const all = await scratchOf(ENGINES.map(({ engine }) => engine));
  const chosen = ENGINES.map(({ engine }) => {
    const engineFor = all.engineFor(source(engine).summary);
    return engineFor.kind === 'engine' ? `${engineFor.engine} ${engineFor.version}` : engineFor.because;
  });
  expect(chosen).toEqual(
    ENGINES.map(({ engine, version }) => `${engine.startsWith('valkey') ? 'valkey' : 'redis'} ${version}`),
  );
});

test('an older file is loaded by a newer engine of its family', async () => {
  const { rdb, summary } = source();
  const outcome = loaded(await (await scratchOf(['redis-8.0'])).load(inPieces(rdb), { summary }));
  expect(outcome).toMatchObject({ engine: 'redis', functions: 1, expired: 1 });
  // DEBUG DIGEST is another on another version; the contents are the same.
  expect(outcome.sample).toMatchObject({ byContent: outcome.sample.compared, different: [] });
});

test.each([
  ['redis-8.0', ['installed'], /RDB version 12, and Redis 7\.0\.\d+ reads no more than version 10/],
  ['valkey-9.1', ['valkey-8.0'], /RDB version 80, and Valkey 8\.0\.1 reads no more than version 11/],
  ['valkey-8.1', ['installed', 'redis-8.0'], /no Valkey server is installed beside redis-medic \(only redis/],
  ['installed', [], /no Redis server is installed beside redis-medic$/],
])('a file of %s finds no engine among %j', async (engine, engines, because) => {
  const { rdb, summary } = source(engine);
  const scratch = await scratchOf(engines);
  expect(await scratch.load(inPieces(rdb), { summary })).toEqual({
    kind: 'no-engine',
    because: expect.stringMatching(because),
  });
});

test('what is not the same is told key by key', async () => {
  const { rdb, summary } = source();
  const sample = [
    { database: 0, name: 'string:1', kind: 'string', digest: 'another' },
    { database: 0, name: 'string:2', kind: 'hash' },
    { database: 0, name: 'string:3', kind: 'string', expiresAt: Date.now() + 5 },
    { database: 0, name: 'string:4', kind: 'string', expiresAt: Date.now() + 100_000 },
    { database: 3, name: 'string:5', kind: 'string' },
    { database: 3, name: 'elsewhere', kind: 'string' },
  ] as const;
  const outcome = loaded(
    await (await scratchOf(['installed'])).load(inPieces(rdb), { summary: { ...summary, sample } }),
  );
  expect(outcome.sample.different.map(({ key, how }) => [key.name, how])).toEqual([
    ['string:1', 'its value is another'],
    ['string:2', 'it is a string, not a hash'],
    ['string:3', 'its expiry is another'],
    ['string:4', 'it has lost its expiry'],
    ['string:5', 'it is not there'],
  ]);
});

function withFlip(rdb: Buffer, at: number, fixChecksum: boolean): Buffer {
  const flipped = Buffer.from(rdb);
  flipped[at] = (flipped[at] ?? 0) ^ 0x40;
  if (!fixChecksum) return flipped;
  const crc = new Crc64();
  crc.update(flipped, 0, flipped.length - 8);
  return Buffer.concat([flipped.subarray(0, -8), crc.bytes()]);
}

test.each([
  ['with a flipped byte', (rdb: Buffer) => withFlip(rdb, rdb.length / 2, false), /checksum|gave the file up|too early/],
  ['cut', (rdb: Buffer) => rdb.subarray(0, -100), /ends too early/],
  ['empty', () => Buffer.alloc(0), /too early|gave the file up/],
  ['foreign', () => Buffer.from('PK\x03\x04 something else altogether'), /no RDB/],
])('a file that is %s is refused, as corrupt', async (_what, damage, because) => {
  const { rdb, summary } = source();
  const outcome = await (await scratchOf(['installed'])).load(inPieces(damage(rdb)), { summary });
  expect(outcome).toEqual({ kind: 'refused', because: expect.stringMatching(because), corrupt: true });
});

test('a damaged collection with a right checksum is refused too', async () => {
  const server = await startRedis();
  await server.send('HSET', 'hash', 'field', 'value');
  const rdb = await rdbOf(server);
  await server.stop();
  // The number of elements in the head of the listpack.
  const damaged = withFlip(rdb, rdb.indexOf('hash') + 4 + 1 + 4, true);
  const outcome = await (await scratchOf(['installed'])).load(inPieces(damaged), { summary: await summaryOf(rdb) });
  expect(outcome).toMatchObject({ kind: 'refused', corrupt: true });
});

test('a file without a checksum loads, and a flip in a value is seen by its digest alone', async () => {
  const server = await startRedis({ args: ['--rdbchecksum', 'no'] });
  await server.send('SET', 'key', 'value');
  const rdb = await rdbOf(server);
  await server.stop();
  const summary = await summaryOf(rdb);
  const flipped = withFlip(rdb, rdb.indexOf('value'), false);
  const outcome = loaded(await (await scratchOf(['installed'])).load(inPieces(flipped), { summary }));
  expect(outcome.sample.different).toMatchObject([{ how: 'its value is another' }]);
});

test('a file that needs more memory than there is is not tried', async () => {
  const { rdb, summary } = source();
  const outcome = await (await scratchOf(['installed'], () => 1_000_000)).load(inPieces(rdb), { summary });
  expect(outcome).toEqual({
    kind: 'refused',
    because: expect.stringMatching(/takes about .* of memory and this machine has .* free/),
    corrupt: false,
  });
});

test('a file that does not fit on the disk is not fetched', async () => {
  const { rdb, summary } = source();
  const huge = { ...summary, bytes: 2 ** 60 };
  const outcome = await (await scratchOf(['installed'])).load(inPieces(rdb), { summary: huge });
  expect(outcome).toMatchObject({ kind: 'refused', because: expect.stringContaining(' left'), corrupt: false });
});

test('what fails while the file comes is told by who sends it', async () => {
  const broken = (async function* () {
    yield Buffer.from('REDIS');
    throw new Error('the bucket is gone');
  })();
  const scratch = await scratchOf(['installed']);
  await expect(scratch.load(broken, { summary: source().summary })).rejects.toThrow('the bucket is gone');
});

test('calling it off ends the server', async () => {
  const { summary } = source();
  const server = await startRedis();
  await server.send('DEBUG', 'POPULATE', '300000', 'key', '20');
  const rdb = await rdbOf(server);
  await server.stop();
  const off = new AbortController();
  const loading = (await scratchOf(['installed'])).load(inPieces(rdb), { summary, signal: off.signal });
  setTimeout(() => off.abort(new Error('called off')), 60);
  await expect(loading).rejects.toThrow('called off');
});

test('called off while the file is written it says why, and leaves nothing', async () => {
  const { summary } = source();
  const off = new AbortController();
  async function* endless(): AsyncGenerator<Buffer> {
    for (let at = 0; ; at += 1) {
      if (at === 3) off.abort(new Error('called off'));
      yield Buffer.alloc(1000);
    }
  }
  await expect((await scratchOf(['installed'])).load(endless(), { summary, signal: off.signal })).rejects.toThrow(
    'called off',
  );
});

test('a server does not outlive a bot that is killed', async () => {
  const worker = spawn(process.execPath, ['test/support/scratch-worker.ts', folder, ENGINES[0]?.path ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await firstNumber(worker.stdout).finally(() => worker.kill('SIGKILL'));
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  await expect
    .poll(async () => (await readdir(folder)).filter((name) => name.includes('scratch')), { timeout: 5000 })
    .toEqual([]);
});

async function firstNumber(output: Readable): Promise<number> {
  const [line] = (await once(output, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
  return Number(line.toString());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('what a power cut left behind is cleared away at the next start, and nothing younger', async () => {
  const old = join(folder, 'redis-medic-scratch-old');
  const young = join(folder, 'redis-medic-scratch-young');
  for (const path of [old, young]) await mkdir(path);
  await utimes(old, 1, 1);
  await scratchOf([]);
  const left = (await readdir(folder)).filter((name) => name.includes('scratch'));
  await rm(young, { recursive: true });
  expect(left).toEqual(['redis-medic-scratch-young']);
});
