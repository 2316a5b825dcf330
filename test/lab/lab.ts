import { once } from 'node:events';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Startable } from '../../demo/redis-binary.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import type { Severity } from '../../src/domain/finding.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Engine } from '../../src/domain/server.ts';
import type { Address, Target } from '../../src/domain/target.ts';

/** One situation on real servers and what a diagnosis must say of it. */
export interface Scenario {
  /** A sentence: what has happened. */
  name: string;
  /** What must be found, each at this severity; nothing for a deployment that is well. */
  finds: Readonly<Record<string, Severity>>;
  /** What may be told at warning or above beside that, because it is true here as well. */
  besides?: readonly string[];
  /** The finding that must stand on top, or those that may, as engines know different things; the first of `finds` when absent. */
  root?: string | readonly string[];
  target?: Partial<Target>;
  /** Between the two samples; 1 when absent. */
  seconds?: number;
  /** Needs a core for itself: runs when the others of its table are over, and with none beside it. */
  alone?: boolean;
  /** Where the fault can happen at all; everywhere when absent. */
  on?: (engine: Engine, version: string) => boolean;
  /** Provokes it; gives the seeds. What was started on the lab ends with the scenario. */
  arrange: (lab: Lab) => Promise<readonly Address[]>;
}

export interface Lab {
  binary: Startable;
  /** Processes of the servers that were started here. */
  pids: readonly number[];
  /** The servers that were started here, and those that it was told of. */
  servers: RedisServer[];
  start(args?: readonly string[], options?: Omit<RedisServerOptions, 'args'>): Promise<RedisServer>;
  /** A replica that is in sync. */
  replica(of: Address, args?: readonly string[]): Promise<RedisServer>;
  /** A raw connection with a name, for clients that block, hoard or never read. */
  socket(to: Address, name?: string): Promise<Socket>;
  /** Repeats this, one after the other, until the diagnosis is over; errors of the server are part of it. */
  keepDoing(work: () => Promise<unknown>, pauseMs?: number): void;
  /** Waits until a field of INFO is, or satisfies, this. */
  until(server: RedisServer, field: string, is: string | ((value: string) => boolean), seconds?: number): Promise<void>;
  /** Waits until nobody answers there any more. */
  gone(server: Address): Promise<void>;
  /** Called when the scenario is over, last registered first. */
  atEnd(undo: () => unknown): void;
}

/** A lab for one scenario; `close` ends all that it started. */
export function openLab(binary: Startable): Lab & { close(): Promise<void> } {
  const ends: (() => unknown)[] = [];
  const pids: number[] = [];
  const servers: RedisServer[] = [];
  const lab: Lab & { close(): Promise<void> } = {
    binary,
    pids,
    servers,
    async start(args = [], options = {}) {
      const server = await startRedis({ args, binary, ...options });
      pids.push(server.pid);
      servers.push(server);
      ends.push(() => server.stop());
      return server;
    },
    async replica(of, args = []) {
      const server = await lab.start(args, { replicaOf: { host: of.host, port: of.port } });
      await lab.until(server, 'master_link_status', 'up');
      return server;
    },
    async socket(to, name) {
      const socket = connect(to.port, to.host);
      socket.on('error', () => undefined);
      ends.push(() => socket.destroy());
      // The scenario may be over before the connection stands.
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
      if (name !== undefined) socket.write(resp('CLIENT', 'SETNAME', name));
      return socket;
    },
    keepDoing(work, pauseMs = 0) {
      let going = true;
      const done = (async () => {
        while (going) {
          await work().catch(() => undefined);
          await sleep(pauseMs);
        }
      })();
      ends.push(async () => {
        going = false;
        await done;
      });
    },
    async until(server, field, is, seconds = 30) {
      const fits = (value: string) => (typeof is === 'string' ? value === is : is(value));
      let last = '';
      for (let left = seconds * 20; left > 0; left -= 1) {
        last = parseInfo(textReply(await server.send('INFO', 'everything'))).text(field) ?? '';
        if (fits(last)) return;
        await sleep(50);
      }
      throw new Error(`${field} stayed "${last}"`);
    },
    async gone({ host, port }) {
      for (let left = 200; left > 0; left -= 1) {
        const socket = connect(port, host);
        socket.on('error', () => undefined);
        const there = await once(socket, 'connect').then(
          () => true,
          () => false,
        );
        socket.destroy();
        if (!there) return;
        await sleep(50);
      }
      throw new Error(`somebody still answers at port ${port}`);
    },
    atEnd: (undo) => void ends.push(undo),
    async close() {
      const failed: unknown[] = [];
      for (const end of ends.splice(0).reverse()) {
        try {
          await end();
        } catch (error) {
          failed.push(error);
        }
      }
      if (failed.length > 0) throw new AggregateError(failed, 'not everything of the scenario could be ended');
    },
  };
  return lab;
}

/** A command as it goes over the wire. */
export function resp(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** How many lines end in this part of a stream. */
export function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** Sends a command again and again over one connection, as an application does. */
export async function keepSending(lab: Lab, to: Address, words: readonly string[], pauseMs = 20): Promise<void> {
  const socket = await lab.socket(to);
  socket.resume();
  lab.keepDoing(async () => void socket.write(resp(...words)), pauseMs);
}

/** Sends commands in one stream and waits for as many one-line replies: quick, and no command is slow for the server. */
export async function pipeline(to: Address, commands: Iterable<readonly string[]>): Promise<void> {
  const socket = connect(to.port, to.host);
  await once(socket, 'connect');
  const all = [...commands].map((words) => resp(...words));
  let left = all.length;
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      left -= linesIn(chunk);
      if (left <= 0) resolve();
    });
    socket.on('error', reject);
  });
  for (let at = 0; at < all.length; at += 1000) socket.write(all.slice(at, at + 1000).join(''));
  if (left > 0) await answered;
  socket.destroy();
}

/** Sends a request over a connection that stays and waits for as many lines of the answer. */
export async function ask(socket: Socket, request: string, lines: number): Promise<void> {
  let left = lines;
  await new Promise<void>((resolve) => {
    const count = (chunk: Buffer) => {
      left -= linesIn(chunk);
      if (left <= 0) done();
    };
    const done = () => {
      socket.off('data', count).off('close', done);
      resolve();
    };
    socket.on('data', count).on('close', done);
    socket.write(request);
  });
}

/** Fills a server with `count` strings of `size` bytes, with an expiry where `ttl` (seconds) is given. */
export async function populate(to: Address, count: number, size = 100, ttl?: number): Promise<void> {
  const value = 'x'.repeat(size);
  const expiry = ttl === undefined ? [] : ['EX', String(ttl)];
  await pipeline(
    to,
    Array.from({ length: count }, (_none, at) => ['SET', `key:${at}`, value, ...expiry]),
  );
}

/** Makes saving fail, for root too: the finished file cannot be renamed to a folder. */
export async function breakSaving(lab: Lab, server: RedisServer): Promise<void> {
  await rm(join(server.dir, 'dump.rdb'), { force: true });
  await mkdir(join(server.dir, 'dump.rdb'));
  await server.send('BGSAVE');
  await lab.until(server, 'rdb_last_bgsave_status', 'err');
}

/** Lets every further write to the append-only file of a server that has not rewritten it yet fail with ENOSPC. */
export async function fillDisk(lab: Lab, server: RedisServer, key = 'a'): Promise<void> {
  // The rewrite opens the next file of the sequence.
  await symlink('/dev/full', join(server.dir, 'appendonlydir', 'appendonly.aof.2.incr.aof'));
  await server.send('BGREWRITEAOF');
  await lab.until(server, 'aof_rewrites', (count) => count !== '0');
  await server.send('SET', key, '1');
  await lab.until(server, 'aof_last_write_status', 'err');
}
