import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast } from '../../domain/server.ts';
import type { Address } from '../../domain/target.ts';
import type { Binary } from './binary.ts';

const HOST = '127.0.0.1';

export interface ScratchServerOptions {
  binary: Binary;
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

/** A TCP port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  for (let left = 100; left > 0; left -= 1) {
    const port = randomInt(...PORTS);
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
  throw new Error(`no free port between ${PORTS.join(' and ')}`);
}

async function launch(dir: string, port: number, options: ScratchServerOptions): Promise<ScratchServer | string> {
  const { binary, args = [] } = options;
  const words = ['--port', String(port), '--bind', HOST, '--dir', dir, '--daemonize', 'no'];
  words.unshift(...(await configFile(dir, options)));
  if (!options.sentinel) words.push(...dataWords(options));
  // Its own process group: Ctrl-C reaches only us, and forked children of the server end with it.
  const child = spawn(binary.path, [...words, ...args], {
    argv0: binary.name,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = tail(child);
  // Its last words may come a moment after its end; children that it forked may hold the pipe for longer.
  const exited = once(child, 'exit').then(async () => {
    await Promise.race([once(child, 'close'), sleep(200)]);
    return output();
  });
  const { pid } = child;
  child.unref();
  if (pid === undefined) return `${binary.path} cannot be run`;
  const watchdog = guard(pid, options.dir === undefined ? dir : undefined);
  const server: ScratchServer = {
    host: HOST,
    port,
    pid,
    dir,
    kill: (signal) => void process.kill(pid, signal),
    async stop() {
      watchdog.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
      child.ref();
      await exited;
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const answer = await Promise.race([answering(server, () => child.exitCode === null), exited]);
  if (answer === true) return server;
  watchdog.kill('SIGKILL');
  return answer;
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

/** Ends the server when this process ends, even by SIGKILL: it waits for the closing of a pipe that only we hold. */
export function guard(pid: number, folder: string | undefined): ChildProcess {
  const script = `cat >/dev/null; kill -9 "-$1" 2>/dev/null; ${folder === undefined ? ':' : 'rm -rf -- "$2"'}`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  unrefPipe(watchdog.stdin);
  return watchdog;
}

function tail(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2000);
  };
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.on('data', keep);
    unrefPipe(pipe);
  }
  return () => text.trim();
}

/** A running server does not keep this process alive. */
function unrefPipe(pipe: Readable | Writable | null): void {
  if (pipe instanceof Socket) pipe.unref();
}

async function answering(server: ScratchServer, alive: () => boolean): Promise<true | string> {
  for (let left = 400; left > 0 && alive(); left -= 1) {
    if (await answers(server)) return true;
    await sleep(25);
  }
  await server.stop();
  return 'it did not answer PING within 10 s';
}

/** Any answer to PING will do, a refusal too: who may enter is for the caller. */
function answers({ host, port }: Address): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port }, () => socket.write('PING\r\n'));
  socket.setTimeout(1000, () => resolve(false));
  socket.once('data', (reply) => resolve(/^[+-]/.test(reply.toString('latin1'))));
  socket.once('error', () => resolve(false));
  socket.once('close', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
