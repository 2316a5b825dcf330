import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, guard } from '../demo/redis-server.ts';
import { fetchPeer } from '../deploy/engines.mjs';
import type { Address, Target } from '../src/domain/target.ts';

/** A running redis_exporter. */
export interface Exporter {
  /** `1.86.0`. */
  version: string;
  /** The metrics of one server, in Prometheus' text format. */
  scrape(server: Address): Promise<string>;
  stop(): void;
}

interface ExporterOptions {
  credentials?: Target['credentials'];
  /** More options, as on its command line. */
  args?: readonly string[];
}

/** Starts redis_exporter, which then reads any server that it is asked for; undefined where it cannot be had. */
export async function startExporter({ credentials, args = [] }: ExporterOptions = {}): Promise<Exporter | undefined> {
  const program = fetchPeer('redis-exporter');
  if (!program) return undefined;
  const listen = `127.0.0.1:${await freePort()}`;
  const env = { ...process.env, REDIS_USER: credentials?.username ?? '', REDIS_PASSWORD: credentials?.password ?? '' };
  const words = ['--redis.addr', '', '--web.listen-address', listen, '--connection-timeout', '2s', ...args];
  const child = spawn(program, words, { stdio: 'ignore', env, detached: true });
  const watchdog = child.pid === undefined ? undefined : guard(child.pid, undefined);
  const stop = () => {
    watchdog?.kill('SIGKILL');
    child.kill('SIGKILL');
  };
  const get = async (path: string) => (await fetch(`http://${listen}${path}`)).text();
  try {
    const own = await answered(() => get('/metrics'));
    return {
      version: /redis_exporter_build_info\{.*version="([\d.]+)/.exec(own)?.[1] ?? 'unknown',
      scrape: ({ host, port }) => get(`/scrape?target=${encodeURIComponent(`redis://${host}:${port}`)}`),
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function answered(asking: () => Promise<string>): Promise<string> {
  for (let left = 100; ; left -= 1) {
    try {
      return await asking();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(50);
    }
  }
}
