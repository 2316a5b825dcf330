/**
 * From the command to the findings, on real servers: with the samples that the running bot keeps, and without. The
 * bounds of the project on two cores: 150 ms for one node and 500 ms for six at the median, 200 targets at once within
 * 10 s and 400 MB. The peer: redis-cli's way, a connection and INFO. The store is a PostgreSQL; the last line is
 * the program as a person starts it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RedisServer, startRedis } from '../demo/redis-server.ts';
import { TargetName } from '../src/domain/ids.ts';
import { pointOf } from '../src/domain/series.ts';
import { nodeName, type Target } from '../src/domain/target.ts';
import { diagnose } from '../src/flow/diagnose.ts';
import { kept, NO_PAST, pastOf } from '../src/flow/past.ts';
import { look } from '../src/flow/watch/look.ts';
import { openStore } from '../src/io/store/open-store.ts';
import { startCluster } from '../test/support/cluster.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { realPorts } from '../test/support/real-ports.ts';
import { plainTarget } from '../test/support/target.ts';

const ROUNDS = Number(process.argv[2] ?? 20);
const TARGETS = 200;
const SERVERS = 5;
const HISTORY_HOURS = 48;
const ONE_MS = 150;
const SIX_MS = 500;
const MANY_MS = 10_000;
const MANY_MB = 400;

const AT_A_TIME = 4;

const WORKER = fileURLToPath(new URL('diagnose-many.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../src/redis-medic.js', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'medic-bench-'));
const postgres = await startPostgres();
const databaseUrl = await postgres.database();
const servers = await Promise.all(
  Array.from({ length: SERVERS }, () => startRedis({ args: ['--maxmemory', '100mb'] })),
);
const cluster = await startCluster({ shards: 3, replicas: 1 });
const store = await openStore({ databaseUrl, folder });
const ports = await realPorts(store, [], []);
const [first] = servers;
if (!first) throw new Error('no server');

try {
  const one = target('one', [first]);
  const six = target('six', cluster.primaries.slice(0, 1));
  await watchFor(one, HISTORY_HOURS);
  await watchFor(six, HISTORY_HOURS);

  const bare = await repeat(() => first.send('INFO', 'everything'));
  const oneKept = await repeat(() => withSamples(one));
  const sixKept = await repeat(() => withSamples(six));
  const oneAlone = await repeat(() => diagnose(ports, one, { seconds: 2, past: NO_PAST }), 3);
  print('peer: a connection and INFO', bare);
  print('one node, two days of samples kept', oneKept, ONE_MS);
  print('six nodes of a cluster, two days of samples kept', sixKept, SIX_MS);
  print('one node, nothing kept (two samples, 2 s apart)', oneAlone);
  say(
    `ratio to the peer ${ratio(oneKept, bare)}; without kept samples it takes ${ratio(oneAlone, oneKept)} times as long`,
  );

  const many = Array.from({ length: TARGETS }, (_, at) => target(`many-${at}`, [servers[at % SERVERS] ?? first]));
  for (const each of many.slice(0, SERVERS)) await watchFor(each, HISTORY_HOURS);
  await copyHistory();
  const { tookMs, megabytes, idleMegabytes } = await inOwnProcess();
  const held = tookMs < MANY_MS && megabytes < MANY_MB;
  say(
    `${TARGETS} targets at once, two days of samples kept (names for ${SERVERS} real servers, each read on its own; ` +
      `${AT_A_TIME} at a time, as the bot's queue hands them out): ${(tookMs / 1000).toFixed(1)} s, ` +
      `${(tookMs / TARGETS).toFixed(0)} ms each, at most ${megabytes} MB of the process (${idleMegabytes} MB before); ` +
      `bounds ${MANY_MS / 1000} s and ${MANY_MB} MB: ${held ? 'kept' : 'MISSED'}`,
  );

  const config = join(folder, 'medic.yml');
  await writeFile(config, `targets:\n  one:\n    nodes: ['${nodeName(first)}']\n`);
  const asTyped = await repeat(async () => {
    await freshen(one);
    return timed(() => commandLine('diagnose', 'one', '--json', '--config', config));
  }, 5);
  const version = await repeat(() => timed(() => commandLine('--version')), 5);
  print('the same as a command, the start of the program included', asTyped);
  print('of that: --version', version);
} finally {
  await store.close();
  await Promise.all([...servers, cluster].map((server) => server.stop()));
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

function target(name: string, seeds: readonly RedisServer[]): Target {
  return plainTarget({ name: TargetName.parse(name), seeds, purpose: 'store' });
}

/** What the bot would do: read what is kept, look, judge. */
async function withSamples(one: Target): Promise<unknown> {
  return diagnose(ports, one, { seconds: 2, past: await pastOf(store, one) });
}

/** Keeps a sample of each node as if it were from some seconds ago, and a series of so many hours before. */
async function watchFor(one: Target, hours: number): Promise<void> {
  const { probes } = ports.shelves;
  const seen = await look({ servers: ports.servers, probes: [...probes.values()], clock: ports.clock }, one, new Map());
  const now = Date.now() - 5000;
  for (const node of seen.servers) {
    if (node.kind === 'unread') throw new Error(node.detail);
    const { member, sample } = node;
    const point = pointOf(now, sample.identity, sample.info);
    await store.transaction(async (tx) => {
      for (let minute = hours * 60; minute >= 0; minute -= 1) {
        await tx.keepSample(
          one.name,
          member.name,
          { ...kept(sample), at: now },
          { ...point, at: now - minute * 60_000 },
        );
      }
    });
  }
  while (await store.transaction((tx) => tx.packSeries(now - 2 * 3_600_000)));
}

/** The kept sample, taken again. */
async function freshen(one: Target): Promise<void> {
  await watchFor(one, 0);
}

async function commandLine(...words: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  // Its exit status is the verdict.
  await promisify(execFile)(process.execPath, [MAIN, ...words], { env }).catch((error: { code?: unknown }) => {
    if (typeof error.code !== 'number' || error.code > 3) throw error;
  });
}

async function repeat(work: () => Promise<unknown>, rounds = ROUNDS): Promise<number[]> {
  const took: number[] = [];
  await work();
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const own = await work();
    took.push(typeof own === 'number' ? own : performance.now() - began);
  }
  return took.toSorted((left, right) => left - right);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The other targets have the history of those that name the same server. */
async function copyHistory(): Promise<void> {
  const client = await store.database.pool.connect();
  const copies = `select 'many-' || copy from generate_series(${SERVERS}, ${TARGETS - 1}) copy
    where t.target = 'many-' || (copy % ${SERVERS})`;
  for (const table of ['sample', 'point', 'series_hour']) {
    const { rows } = await client.query<{ columns: string }>(
      `select string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
        where table_schema = 'medic' and table_name = '${table}' and column_name <> 'target'`,
      [],
    );
    const columns = rows[0]?.columns ?? '';
    await client.query(
      `insert into medic.${table} (target, ${columns}) select copied.name, ${columns} from medic.${table} t, lateral (${copies}) copied(name)`,
      [],
    );
  }
  client.release();
}

interface Many {
  tookMs: number;
  megabytes: number;
  idleMegabytes: number;
}

/** Memory is that of a process that did nothing else before. */
async function inOwnProcess(): Promise<Many> {
  const places = servers.map(nodeName);
  const { stdout } = await promisify(execFile)(process.execPath, [
    WORKER,
    databaseUrl,
    folder,
    String(TARGETS),
    String(AT_A_TIME),
    ...places,
  ]);
  return JSON.parse(stdout) as Many;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function ratio(ours: readonly number[], theirs: readonly number[]): string {
  return (at(ours, 0.5) / at(theirs, 0.5)).toFixed(1);
}

function print(what: string, sorted: readonly number[], boundMs?: number): void {
  const figures = `p50 ${at(sorted, 0.5).toFixed(1)} ms, p90 ${at(sorted, 0.9).toFixed(1)} ms, max ${at(sorted, 1).toFixed(1)} ms`;
  const bound = boundMs === undefined ? '' : `; bound ${boundMs} ms: ${at(sorted, 0.5) < boundMs ? 'kept' : 'MISSED'}`;
  say(`${what}: ${figures} (n ${sorted.length})${bound}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
