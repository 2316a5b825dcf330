import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, nodeName, parseNodeName } from '../../src/domain/target.ts';

/** A write that is not answered within this time, in ms, is not acknowledged: the connection is made anew. */
const PATIENCE_MS = 1500;
/** Between two writes, and between two attempts after an error, in ms. */
const PACE_MS = 4;

export interface Login {
  username?: string;
  password?: string;
}

export interface WriterOptions extends Login {
  prefix?: string;
}

/** An application that writes one key after the other and remembers which of them it was told are written. */
export interface AcknowledgedWriter {
  /** How many writes were acknowledged so far. */
  readonly acknowledged: number;
  /** How often each kind of error was the answer: READONLY, OOM, MISCONF, NOREPLICAS … */
  readonly refused: ReadonlyMap<string, number>;
  /** The longest time without an acknowledged write so far, in ms. */
  readonly longestGapMs: number;
  /** Waits until so many more writes have been acknowledged. */
  more(count: number, withinMs?: number): Promise<void>;
  /** It is given another login, and connects anew. */
  login(as: Login): void;
  stop(): Promise<void>;
  /** Of all acknowledged writes those that are not there now, by number. */
  lost(): Promise<number[]>;
}

/**
 * Writes `prefix:0`, `prefix:1` … as long as it is not stopped, each once it was told what became of the one before. It
 * follows redirections, leaves a server that is a replica for the next one, and connects again when it is cut off.
 */
export function startWriter(
  servers: readonly Address[],
  { prefix = 'acknowledged', ...as }: WriterOptions = {},
): AcknowledgedWriter {
  const written: number[] = [];
  const refused = new Map<string, number>();
  let at = Date.now();
  let gap = 0;
  let going = true;
  let login: Login = as;
  const client = new Client(servers, login);
  const working = (async () => {
    for (let number = 0; going; number += 1) {
      const answer = await client.ask(['SET', `${prefix}:${number}`, String(number)]);
      const now = Date.now();
      gap = Math.max(gap, now - at);
      if (answer === '+OK') {
        written.push(number);
        at = now;
      } else {
        const code = /^-(\w+)/.exec(answer)?.[1] ?? 'cut off';
        refused.set(code, (refused.get(code) ?? 0) + 1);
        client.turn(code);
      }
      await sleep(PACE_MS);
    }
  })();
  return {
    get acknowledged() {
      return written.length;
    },
    refused,
    get longestGapMs() {
      return Math.max(gap, going ? Date.now() - at : 0);
    },
    async more(count, withinMs = 20_000) {
      const wanted = written.length + count;
      for (const end = Date.now() + withinMs; written.length < wanted; ) {
        if (Date.now() > end) throw new Error(`no write is acknowledged; refused: ${JSON.stringify([...refused])}`);
        await sleep(10);
      }
    },
    login(next) {
      login = next;
      client.login(next);
    },
    async stop() {
      going = false;
      await working;
      client.close();
    },
    async lost() {
      const reader = new Client(servers, login);
      const missing: number[] = [];
      for (const number of written) {
        if ((await reader.read(`${prefix}:${number}`)) !== String(number)) missing.push(number);
      }
      reader.close();
      return missing;
    },
  };
}

/** One connection at a time, to whoever takes the commands. */
class Client {
  readonly #servers: Address[];
  #login: Login;
  #now: Address;
  #socket: Socket | undefined;
  #primary: Socket | undefined;

  constructor(servers: readonly Address[], login: Login) {
    const [first] = servers;
    if (!first) throw new Error('a writer needs a server');
    this.#servers = servers.map(({ host, port }) => ({ host, port }));
    this.#now = first;
    this.#login = login;
  }

  login(as: Login): void {
    this.#login = as;
    this.close();
  }

  /** The first line of the answer, after redirections; empty when there was none. */
  async ask(words: readonly string[]): Promise<string> {
    for (let hops = 0; hops < 5; hops += 1) {
      const answer = await this.#exchange(words);
      const [, kind, to] = /^-(MOVED|ASK) \d+ (\S+)/.exec(answer) ?? [];
      if (to === undefined) return answer;
      this.#go(parseNodeName(to));
      if (kind === 'ASK') await this.#exchange(['ASKING']);
    }
    return '';
  }

  /** What a key holds on a primary. */
  async read(key: string): Promise<string | undefined> {
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = (await this.#isPrimary()) ? await this.ask(['GET', key]) : '-READONLY';
      if (answer === '$-1') return undefined;
      if (answer.startsWith('$')) return answer.slice(answer.indexOf('\r\n') + 2);
      this.turn(/^-(\w+)/.exec(answer)?.[1] ?? '');
      await sleep(50);
    }
    throw new Error(`nobody lets ${key} be read`);
  }

  /** After an error: a replica, or one whose disk fails, or nobody, is left for the next server; one that refuses is asked again. */
  turn(code: string): void {
    if (!['READONLY', 'LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'MISCONF', 'cut off', ''].includes(code)) return;
    const place = this.#servers.findIndex((one) => nodeName(one) === nodeName(this.#now));
    const next = this.#servers[(place + 1) % this.#servers.length];
    if (next) this.#go(next);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Asked once a connection. */
  async #isPrimary(): Promise<boolean> {
    if (this.#primary !== undefined && this.#primary === this.#socket) return true;
    const told = await this.#exchange(['INFO', 'replication']);
    if (told.includes('role:master')) this.#primary = this.#socket;
    return this.#primary !== undefined && this.#primary === this.#socket;
  }

  #go(to: Address): void {
    if (nodeName(to) !== nodeName(this.#now)) this.close();
    this.#now = to;
  }

  async #exchange(words: readonly string[]): Promise<string> {
    try {
      this.#socket ??= await this.#connect();
      return await roundTrip(this.#socket, words);
    } catch {
      this.close();
      return '';
    }
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.#now.port, this.#now.host);
    socket.setNoDelay(true);
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
      socket.on('error', () => undefined);
      const { username, password } = this.#login;
      if (password !== undefined) {
        await roundTrip(socket, ['AUTH', ...(username === undefined ? [] : [username]), password]);
      }
      return socket;
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    }
  }
}

/** Sends one command and gives its answer without the last line end; throws when none comes. */
function roundTrip(socket: Socket, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => end(new Error('no answer')), PATIENCE_MS);
    const hear = (chunk: Buffer) => {
      text += chunk.toString();
      if (isWhole(text)) end();
    };
    const gone = () => end(new Error('cut off'));
    const end = (error?: Error) => {
      clearTimeout(timer);
      socket.off('data', hear).off('close', gone);
      if (error) reject(error);
      else resolve(text.slice(0, -2));
    };
    socket.on('data', hear).on('close', gone);
    if (socket.destroyed) gone();
    else
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n');
  if (end < 0) return false;
  const length = text.startsWith('$') ? Number(text.slice(1, end)) : -1;
  return length < 0 || text.length >= end + 2 + length + 2;
}
