import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast } from '../../domain/server.ts';
import type { Address } from '../../domain/target.ts';
import { type Child, startChild } from './child.ts';
import type { Startable } from './program.ts';

const HOST = '127.0.0.1';
/** How much of the log of a server that did not start is told. */
const LAST_WORDS = 2000;

export interface ScratchServerOptions {
  binary: Startable;
  /** More configuration, as on the command line: `['--maxmemory', '50mb']`. */
  args?: readonly string[];
  replicaOf?: Address;
  /** Starts from a configuration file, so that CONFIG REWRITE works. */
  configFile?: boolean;
  /** Starts as a Sentinel from these lines, in a file of its own, which it rewrites. */
  sentinel?: readonly string[];
  /** To come back on the port and with the data of a server before; otherwise both are new, and the folder is removed. */
  port?: number;
  dir?: string;
}

/** A real server of our own on a loopback port, gone with its process. */
export interface ScratchServer extends Address {
  pid: number;
  dir: string;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Starts a server and resolves when it answers. It ends with this process, however that ends. */
export async function startServer(options: ScratchServerOptions): Promise<ScratchServer> {
  for (let left = 5; ; left -= 1) {
    // A folder for each attempt: what ends a failed one may still be clearing up.
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'redis-medic-')));
    const port = options.port ?? (await freePort());
    const started = await launch(dir, port, options);
    if (typeof started !== 'string') return started;
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    if (options.port !== undefined || left === 1 || !started.includes('in use')) {
      throw new Error(`The Redis server did not start: ${started}`);
    }
  }
}

/** Below those that the system gives to outgoing connections, so that none of these takes a port before its server does. */
const PORTS = [20_000, 32_000] as const;
/** Processes that start servers side by side each have a stretch of them, as far as that goes. */
const STRETCH = 1000;
const FIRST = PORTS[0] + (process.pid % ((PORTS[1] - PORTS[0]) / STRETCH)) * STRETCH;

let turn = randomInt(STRETCH);

/** A TCP port of the loopback interface that nobody listens on, and that nobody here was given just now. */
export async function freePort(): Promise<number> {
  for (let left = STRETCH; left > 0; left -= 1) {
    turn = (turn + 1) % STRETCH;
    const port = FIRST + turn;
    const server = createServer().listen(port, HOST);
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port between ${FIRST} and ${FIRST + STRETCH}`);
}

async function launch(dir: string, port: number, options: ScratchServerOptions): Promise<ScratchServer | string> {
  const { binary, args = [] } = options;
  const words = ['--port', String(port), '--bind', HOST, '--dir', dir, '--daemonize', 'no'];
  words.unshift(...(await configFile(dir, options)));
  if (!options.sentinel) words.push(...dataWords(options));
  const folder = options.dir === undefined ? { folder: dir } : {};
  const child = await startChild(binary, [...words, ...args], folder).catch((error: Error) => error);
  if (child instanceof Error) return child.message;
  const server: ScratchServer = {
    host: HOST,
    port,
    pid: child.pid,
    dir,
    kill: (signal) => void process.kill(child.pid, signal),
    async stop() {
      await child.stop();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const trouble = await answering(server, child);
  if (trouble === undefined) return server;
  await child.stop();
  return trouble;
}

/** The words that name the configuration file, if there is one. */
async function configFile(dir: string, { sentinel, configFile }: ScratchServerOptions): Promise<string[]> {
  if (!sentinel && !configFile) return [];
  const file = join(dir, sentinel ? 'sentinel.conf' : 'redis.conf');
  const lines = sentinel?.map((line) => `sentinel ${line}\n`) ?? [];
  // What it wrote there itself is kept when it comes back.
  await writeFile(file, lines.join(''), { flag: sentinel ? 'wx' : 'a' }).catch(() => undefined);
  return sentinel ? [file, '--sentinel'] : [file];
}

function dataWords({ binary, args = [], replicaOf }: ScratchServerOptions): string[] {
  // A first sync begins at once instead of waiting 5 s for other replicas.
  const words = ['--repl-diskless-sync-delay', '0'];
  if (atLeast(binary.version, '7.0')) words.push('--enable-debug-command', 'local');
  if (!args.includes('--save')) words.push('--save', '');
  if (replicaOf) words.push('--replicaof', `${replicaOf.host} ${replicaOf.port}`);
  return words;
}

/** Waits until it answers; what it said last when it ended instead. */
async function answering(server: ScratchServer, { ended, exited, log }: Child): Promise<string | undefined> {
  let others = false;
  for (let left = 400; left > 0 && !ended(); left -= 1) {
    const by = await answers(server);
    if (by === String(server.pid) || by === 'somebody') return undefined;
    // Somebody else has its port, which it notices itself, and ends; or it was started by what we started.
    others = by !== undefined;
    await sleep(25);
  }
  if (!ended()) return others ? undefined : 'it did not answer within 10 s';
  await exited;
  return log().trim().slice(-LAST_WORDS);
}

/** The process that answers, or `somebody` where it does not say: a refusal will do, as who may enter is for the caller. */
function answers({ host, port }: Address): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port }, () => socket.write('INFO server\r\n'));
  let reply = '';
  socket.setTimeout(1000, () => resolve(undefined));
  socket.on('data', (part) => {
    reply += part.toString('latin1');
    const id = /\nprocess_id:(\d+)\r/.exec(reply)?.[1];
    if (id !== undefined || /^[+-]/.test(reply)) resolve(id ?? 'somebody');
  });
  socket.once('error', () => resolve(undefined));
  socket.once('close', () => resolve(undefined));
  return promise.finally(() => socket.destroy());
}
