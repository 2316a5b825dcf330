/**
 * What it costs a server to be looked at. The peer in the same run is one scrape of redis_exporter as its defaults have
 * it. Then the latency that clients see under load with a diagnosis every so often, against the same load without, in
 * turns; and the same with a scan of the keys.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startRedis } from '../demo/redis-server.ts';
import { Info, parseInfo } from '../src/domain/info.ts';
import { textReply } from '../src/domain/probe.ts';
import { targetFromUrl } from '../src/domain/redis-url.ts';
import { diagnose } from '../src/flow/diagnose.ts';
import { loadPlaybooks } from '../src/io/playbooks.ts';
import { openServers } from '../src/io/redis/servers.ts';
import { loadShelves } from '../src/io/shelves.ts';
import { populate } from '../test/lab/lab.ts';
import { startExporter } from './exporter.ts';

const ROUNDS = 7;
const LOAD_TURNS = Number(process.argv[2] ?? 6);
const TURN_MS = 10_000;
const COST_BOUND = 2;
const LATENCY_BOUND = 1.05;
const DEEP_BOUND = 1.1;

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const servers = openServers(shelves.probes);
const clock = { now: () => Date.now(), sleep: async (ms: number) => sleep(ms) };
const say = (text: string) => process.stdout.write(`${text}\n`);

const server = await startRedis({ args: ['--maxmemory', '500mb', '--latency-monitor-threshold', '100'] });
const target = targetFromUrl(server.url);
try {
  await populate(server, 50_000, 200, 3600);
  for (const command of ['GET', 'HGETALL', 'ZADD', 'LPUSH', 'SADD', 'INCR']) await server.send(command, 'none');
  await cost();
  await latency('a diagnosis every 10 s', LATENCY_BOUND, () => look());
  await latency('a scan of the keys', DEEP_BOUND, () => look({}));
} finally {
  await server.stop();
}

async function look(deep?: object): Promise<number> {
  const { report } = await diagnose({ servers, shelves, clock }, target, { seconds: 1, ...(deep && { deep }) });
  return shelves.rules.size - new Set(report.unassessed.map(({ id }) => id)).size;
}

/** Microseconds that the server worked for what somebody asked. */
async function workedFor(asking: () => Promise<unknown>): Promise<number> {
  await server.send('CONFIG', 'RESETSTAT');
  await asking();
  const info = parseInfo(textReply(await server.send('INFO', 'commandstats')));
  const commands = [...info.withPrefix('cmdstat_')].filter(([name]) => name !== 'config|resetstat');
  return commands.reduce((sum, [, value]) => sum + Number(Info.parts(value).get('usec') ?? 0), 0);
}

async function cost(): Promise<void> {
  const exporter = await startExporter();
  const scrape = async () => {
    const metrics = await exporter?.scrape(server);
    if (!metrics?.includes('redis_up 1')) throw new Error('redis_exporter does not see the server');
  };
  try {
    const ours: number[] = [];
    const peer: number[] = [];
    let answered = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // A pair that a RESETSTAT voids would ask less: the counters are read after two quiet seconds.
      ours.push(
        await workedFor(async () => {
          answered = await look();
        }),
      );
      if (exporter) peer.push(await workedFor(scrape));
    }
    say(`one diagnosis: ${median(ours)} us of the server's time (${ours.join(', ')}); ${answered} rules answered`);
    if (!exporter) {
      say('redis_exporter cannot be had here: no comparison');
      return;
    }
    const ratio = median(ours) / median(peer);
    say(`one scrape of redis_exporter: ${median(peer)} us (${peer.join(', ')}); 22 alert rules are published for it`);
    say(`ratio ${ratio.toFixed(2)}, bound ${COST_BOUND}: ${ratio <= COST_BOUND ? 'kept' : 'MISSED'}`);
  } finally {
    exporter?.stop();
  }
}

/** Percentiles of the same load in turns, with somebody looking and without: the medians of the turns are compared. */
async function latency(what: string, bound: number, looking: () => Promise<unknown>): Promise<void> {
  const without: number[] = [];
  const during: number[] = [];
  for (let turn = 0; turn < LOAD_TURNS; turn += 1) {
    without.push(await loaded(async () => undefined));
    during.push(await loaded(looking));
  }
  const ratio = median(during) / median(without);
  say(`p99 under load: ${median(without).toFixed(0)} us without, ${median(during).toFixed(0)} us with ${what}`);
  say(`ratio ${ratio.toFixed(3)}, bound ${bound}: ${ratio <= bound ? 'kept' : 'MISSED'}`);
}

/** The 99th percentile in microseconds of a steady load on a thread of its own, while something else is done once. */
async function loaded(meanwhile: () => Promise<unknown>): Promise<number> {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), {
    workerData: { host: server.host, port: server.port, forMs: TURN_MS },
  });
  const answered = new Promise<{ p99: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await sleep(1000);
  await meanwhile();
  return (await answered).p99;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
