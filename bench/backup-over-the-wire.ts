/**
 * A backup over the wire beside its peer in the same run, redis-cli --rdb, from one server with about 1 GB of data of
 * every type; then the file's way back: through a scratch server and into running servers, with equal digests. The
 * bounds of the project: 0.8 of the peer's throughput, and less than 150 MB of memory while the data streams.
 * Argument: how many keys of 1 KB, 900000 by default.
 */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findRedis } from '../demo/redis-binary.ts';
import { type RedisServer, startRedis } from '../demo/redis-server.ts';
import { rdbFiles } from '../src/io/rdb/read-rdb.ts';
import { openScratch } from '../src/io/scratch/open-scratch.ts';
import { serveOver } from '../src/io/wire/serve.ts';
import { fillWithEveryType } from '../test/support/every-type.ts';
import { plainTarget } from '../test/support/target.ts';
import { fillWithTexts } from './fill.ts';

const KEYS = Number(process.argv[2] ?? 900_000);
/** With the younger generation that the bot has (npm start). */
const AS_THE_BOT = '--max-semi-space-size=4';
const ROUNDS = 3;
const LEAST_RATIO = 0.8;
const MOST_MEGABYTES = 150;

const NAMES: Readonly<Record<string, string>> = {
  peer: 'redis-cli --rdb',
  ours: 'copy over the wire',
  checked: 'copy with structure, checksum and SHA-256 alongside',
};

const run = promisify(execFile);
const worker = fileURLToPath(new URL('backup-worker.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'redis-medic-bench-'));
const file = join(folder, 'ours.rdb');
const source = await startRedis();
try {
  await fillWithTexts(source, KEYS);
  await fillWithEveryType(source, 20_000);
  await compare();
  await wayBack();
} finally {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const seconds = { peer: [] as number[], ours: [] as number[], checked: [] as number[] };
  let megabytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const theirs = join(folder, 'theirs.rdb');
    const began = performance.now();
    await run('redis-cli', ['-p', String(source.port), '--rdb', theirs]);
    seconds.peer.push((performance.now() - began) / 1000);
    await rm(theirs);
    for (const mode of ['ours', 'checked'] as const) {
      const { stdout } = await run(process.execPath, [AS_THE_BOT, worker, String(source.port), file, mode]);
      const told = JSON.parse(stdout) as { seconds: number; megabytes: number };
      seconds[mode].push(told.seconds);
      megabytes = Math.max(megabytes, told.megabytes);
    }
  }
  const { size } = await stat(file);
  print(`${(size / 1e6).toFixed(0)} MB from Redis ${findRedis().version}; medians of ${ROUNDS}`);
  for (const [who, all] of Object.entries(seconds)) {
    print(`${NAMES[who]}: ${median(all).toFixed(2)} s, ${(size / 1e6 / median(all)).toFixed(0)} MB/s`);
  }
  const ratio = median(seconds.peer) / median(seconds.ours);
  const checked = median(seconds.peer) / median(seconds.checked);
  const kept = Math.min(ratio, checked) >= LEAST_RATIO ? 'kept' : 'MISSED';
  print(
    `of the peer's throughput: ${ratio.toFixed(2)}, checked alongside ${checked.toFixed(2)}; bound ${LEAST_RATIO}: ${kept}`,
  );
  print(
    `most memory of the process: ${megabytes} MB; bound ${MOST_MEGABYTES} MB: ${megabytes < MOST_MEGABYTES ? 'kept' : 'MISSED'}`,
  );
}

async function wayBack(): Promise<void> {
  const digest = await source.send('DEBUG', 'DIGEST');
  const { size } = await stat(file);
  const reading = await timed(() => rdbFiles.read(createReadStream(file), { now: Date.now(), sample: 1000 }));
  if (reading.result.kind !== 'intact') throw new Error(reading.result.because);
  print(`structure and checksum read from the file: ${(size / 1e6 / reading.seconds).toFixed(0)} MB/s`);
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const scratch = await openScratch({ programs: [findRedis().path], searchPath: '', clock });
  const { summary } = reading.result;
  const loading = await timed(() => scratch.load(file, { summary }));
  if (loading.result.kind !== 'loaded') throw new Error(loading.result.because);
  const { sample } = loading.result;
  print(
    `scratch server: ${loading.seconds.toFixed(1)} s, digest ${loading.result.digest === digest ? 'equal' : 'DIFFERENT'}, ` +
      `${sample.byContent} of ${summary.sample.length} keys compared by content, ${sample.different.length} different`,
  );
  await giveBack(size, digest);
}

/** Into an empty server and, as it is identical then, once more; into one with other data, an AOF and a replica. */
async function giveBack(size: number, digest: unknown): Promise<void> {
  const empty = await startRedis();
  try {
    for (const state of ['an empty', 'an identical']) {
      const { seconds } = await timed(() => restore(empty, size));
      print(`restored into ${state} server: ${seconds.toFixed(1)} s, digest ${await told(empty, digest)}`);
    }
  } finally {
    await empty.stop();
  }
  const other = await startRedis({ args: ['--appendonly', 'yes'] });
  const replica = await startRedis({ replicaOf: other });
  try {
    await other.send('DEBUG', 'POPULATE', '500000', 'other', '100');
    const { seconds } = await timed(() => restore(other, size));
    print(
      `into one with other data, an AOF and a replica: ${seconds.toFixed(1)} s, digest ${await told(other, digest)}`,
    );
    await until(async () => (await replica.send('DBSIZE')) === (await other.send('DBSIZE')));
    print(`its replica: digest ${await told(replica, digest)}`);
    await until(async () =>
      /aof_rewrite_in_progress:0.*aof_rewrite_scheduled:0/s.test(
        JSON.stringify(await other.send('INFO', 'persistence')),
      ),
    );
    other.kill('SIGKILL');
    const again = await startRedis({ args: ['--appendonly', 'yes'], dir: other.dir });
    await until(async () => typeof (await again.send('DBSIZE')) === 'number');
    print(`after kill -9 and a restart from its AOF: digest ${await told(again, digest)}`);
    await again.stop();
  } finally {
    await replica.stop();
    await other.stop();
  }
}

async function told(server: RedisServer, digest: unknown): Promise<string> {
  return (await server.send('DEBUG', 'DIGEST')) === digest ? 'equal' : 'DIFFERENT';
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(200);
}

async function restore(node: RedisServer, size: number): Promise<void> {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const answer = await serveOver(log)(node, plainTarget({ seeds: [node] }), {
    file: { bytes: size, open: () => createReadStream(file, { highWaterMark: 1024 * 1024 }) },
  });
  if (answer.kind === 'refused') throw new Error(answer.because);
  await node.send('REPLICAOF', answer.serving.address.host, String(answer.serving.address.port));
  await answer.serving.loaded;
  await node.send('REPLICAOF', 'NO', 'ONE');
  await answer.serving.close();
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
