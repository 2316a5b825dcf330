import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisServer } from '../../demo/redis-server.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Node, Snapshot } from '../../src/domain/snapshot.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { type Lab, openLab } from '../../test/lab/lab.ts';
import { paused } from '../../test/lab/pauses.ts';
import type { Run } from '../../test/lab/runs.ts';
import { observe } from '../../test/support/observe.ts';
import { type Exporter, startExporter } from '../exporter.ts';
import { type Alert, AWESOME, type History, MIXIN, OF_THE_LAB } from './alerts.ts';
import { isTooSmall, readLatencyDoctor, readMemoryDoctor } from './doctors.ts';
import { parseMetrics, type Scrape } from './metrics.ts';
import type { Said, Signal } from './signal.ts';

type Shelves = Parameters<typeof judge>[1] & { probes: Parameters<typeof observe>[1] };

export interface Heard {
  report: Report;
  said: Said;
  /** No server holds as much as MEMORY DOCTOR wants to see. */
  tooSmall: boolean;
  /** The machine stood still meanwhile, which servers and doctors take for spikes. */
  wasPaused: boolean;
}

/** From what LATENCY DOCTOR remembers: the documentation's example, as it is off by default. */
const SPIKE_MS = '100';

/** Provokes a scenario and lets everybody look at the same servers. */
export async function listen({ arrange, binary, target = {}, seconds = 1 }: Run, shelves: Shelves): Promise<Heard> {
  const credentials = target.credentials ?? {};
  const exporter = await startExporter({ credentials, args: ['--include-system-metrics'] });
  if (!exporter) throw new Error('redis_exporter cannot be had here');
  const lab = openLab(binary);
  try {
    const since = Date.now();
    const watch = watching(exporter);
    watchStarts(lab, watch);
    const seeds = await arrange(lab);
    for (const seed of seeds) watch.add(seed);
    await watch.scrape();
    const snapshot = await observe(seeds, shelves.probes, { target, seconds });
    for (const node of [...snapshot.nodes, ...snapshot.sentinels]) if (isKnown(node)) watch.add(node.address);
    await watch.scrape();
    const servers = watch.servers();
    const doctors = await Promise.all(servers.map((server) => askDoctors(server, credentials)));
    watch.end();
    return {
      report: judge(snapshot, shelves),
      wasPaused: await paused(since, lab.pids),
      tooSmall: doctors.every(({ memory }) => memory === '' || isTooSmall(memory)),
      said: {
        'MEMORY DOCTOR': distinct(doctors.flatMap(({ memory }) => readMemoryDoctor(memory))),
        'LATENCY DOCTOR': distinct(doctors.flatMap(({ latency }) => readLatencyDoctor(latency))),
        'redis-mixin': firing(MIXIN, watch.histories(), snapshot),
        'awesome-prometheus-alerts': firing(AWESOME, watch.histories(), snapshot),
      },
    };
  } finally {
    exporter.stop();
    await lab.close();
  }
}

/** A member that Prometheus would have on its list: not an address that only somebody's configuration names. */
function isKnown(node: Node): boolean {
  return node.kind === 'read' || node.seat !== undefined;
}

interface Watch {
  add(server: Address): void;
  /** Reads every server that is known so far. */
  scrape(): Promise<void>;
  end(): void;
  servers(): Address[];
  histories(): History[];
}

function watching(exporter: Exporter): Watch {
  const kept = new Map<string, { server: Address; scrapes: Scrape[] }>();
  let over = false;
  return {
    add(server) {
      const name = `${server.host}:${server.port}`;
      if (!kept.has(name)) kept.set(name, { server, scrapes: [] });
    },
    async scrape() {
      if (over) return;
      await Promise.all(
        [...kept.values()].map(async ({ server, scrapes }) => {
          scrapes.push(parseMetrics(await exporter.scrape(server)));
        }),
      );
    },
    end() {
      over = true;
    },
    servers: () => [...kept.values()].map(({ server }) => server),
    histories: () => [...kept.values()].map(({ scrapes }) => scrapes),
  };
}

/** Alerts on change need what was before: servers are read when one joins and before one is stopped. */
function watchStarts(lab: Lab, watch: Watch): void {
  const [start, replica] = [lab.start.bind(lab), lab.replica.bind(lab)];
  lab.start = async (args = [], options = {}) => {
    const words = args.includes('--latency-monitor-threshold')
      ? args
      : [...args, '--latency-monitor-threshold', SPIKE_MS];
    const server = await start(words, options);
    // What comes back on the data of another is that server again.
    if (options.dir === undefined) watch.add(server);
    await watch.scrape();
    return stopping(server, watch);
  };
  lab.replica = async (of, args) => {
    const server = await replica(of, args);
    await watch.scrape();
    return server;
  };
}

function stopping(server: RedisServer, watch: Watch): RedisServer {
  return {
    ...server,
    async stop() {
      await watch.scrape();
      await server.stop();
    },
  };
}

/** Servers that were named as standalone are a deployment each, the members of a group are one together. */
function firing(alerts: readonly Alert[], histories: readonly History[], { target }: Snapshot): Signal[] {
  const apart = target.kind === 'standalone' && target.seeds.length > 1;
  const deployments = apart ? histories.map((one) => [one]) : [histories];
  return alerts.filter(({ name, fires }) => name !== OF_THE_LAB && deployments.some((servers) => fires(servers)));
}

async function askDoctors(
  { host, port }: Address,
  { username, password }: Target['credentials'],
): Promise<{ memory: string; latency: string }> {
  const redis = new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: 2000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  // Where it cannot be asked, it says nothing.
  const ask = (command: string) =>
    Promise.race([redis.call(command, 'DOCTOR').catch(() => ''), sleep(3000, '')]).then(String);
  try {
    await Promise.race([redis.connect(), sleep(3000)]).catch(() => undefined);
    return { memory: await ask('MEMORY'), latency: await ask('LATENCY') };
  } finally {
    redis.disconnect();
  }
}

function distinct(signals: readonly Signal[]): Signal[] {
  return [...new Set(signals)];
}
