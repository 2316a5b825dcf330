import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Command } from '../../domain/command.ts';
import type { Address, Tls } from '../../domain/target.ts';
import { tlsOptions } from '../greeting.ts';

/** Nothing of the handshake is longer; a server that sends more without a line break is none of ours. */
const LONGEST_LINE = 4096;

/** The connection does not work, or no longer. */
export class LinkLost extends Error {
  constructor(because: string) {
    super(because);
    this.name = 'LinkLost';
  }
}

export interface LinkOptions {
  connectMs: number;
  /** A server that is well sends at least a line break each second, also while it saves. */
  silentMs: number;
  signal?: AbortSignal | undefined;
}

/** A raw connection that is read as slowly as its reader likes: what is not taken stays in the network. */
export class Link {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  /** Since when the server is waited for, in ms of performance.now(); undefined while the reader is busy. */
  #waiting: number | undefined;
  #lost: string | undefined;
  readonly #watch: NodeJS.Timeout;
  readonly #forget: () => void;

  private constructor(socket: Socket, { silentMs, signal }: LinkOptions) {
    this.#socket = socket;
    this.#chunks = socket.iterator({ destroyOnReturn: true });
    this.#watch = setInterval(
      () => {
        if (this.#waiting === undefined || performance.now() - this.#waiting < silentMs) return;
        this.close(`the server sent nothing for ${silentMs / 1000} s`);
      },
      Math.min(1000, silentMs / 4),
    ).unref();
    const stop = () => this.close('it was called off');
    signal?.addEventListener('abort', stop, { once: true });
    this.#forget = () => signal?.removeEventListener('abort', stop);
    socket.on('error', () => undefined);
  }

  /** Rejects with LinkLost. */
  static async open(address: Address, tls: Tls | undefined, options: LinkOptions): Promise<Link> {
    const { connectMs, signal } = options;
    if (signal?.aborted) throw new LinkLost('it was called off');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = tls ? connectTls({ ...address, ...tlsOptions(address, tls) }) : connect(address);
    socket.setNoDelay(true).setKeepAlive(true, 10_000);
    const late = setTimeout(() => reject(new LinkLost(`no connection within ${connectMs / 1000} s`)), connectMs);
    const stop = () => reject(new LinkLost('it was called off'));
    signal?.addEventListener('abort', stop, { once: true });
    const fail = (error: Error) => reject(new LinkLost(error.message));
    socket.once(tls ? 'secureConnect' : 'connect', () => resolve()).once('error', fail);
    try {
      await promise;
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', stop);
      socket.off('error', fail);
    }
    return new Link(socket, options);
  }

  /** The address that the connection leaves from. */
  get from(): string | undefined {
    return this.#socket.localAddress;
  }

  send(words: Command): void {
    if (this.#socket.writable) this.#socket.write(encodeCommand(words));
  }

  /** Resolves when the network has taken it. Rejects with LinkLost. */
  async write(bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes, (error) => (error ? reject(new LinkLost(this.#lost ?? error.message)) : resolve()));
    await promise;
    // What is taken from us is a sign of life too.
    if (this.#waiting !== undefined) this.#waiting = performance.now();
  }

  /** The next line that is not empty: bare line breaks are signs of life. */
  async line(): Promise<string> {
    let bytes = Buffer.alloc(0);
    for (;;) {
      const chunk = await this.next();
      if (!chunk) throw new LinkLost(this.#lost ?? 'the server closed the connection');
      bytes = Buffer.concat([bytes, chunk]);
      let start = 0;
      while (bytes[start] === 0x0a || bytes[start] === 0x0d) start += 1;
      const end = bytes.indexOf(0x0a, start);
      if (end >= 0) {
        this.#rest = bytes.subarray(end + 1);
        return bytes.toString('latin1', start, end).trimEnd();
      }
      bytes = bytes.subarray(start);
      if (bytes.length > LONGEST_LINE) throw new LinkLost('what answers there does not speak the replication protocol');
    }
  }

  /** What came, in the pieces in which it came; undefined at the end. Rejects with LinkLost. */
  async next(): Promise<Buffer | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = Buffer.alloc(0);
      return rest;
    }
    this.#waiting = performance.now();
    try {
      const { done, value } = await this.#chunks.next();
      if (done && this.#lost !== undefined) throw new LinkLost(this.#lost);
      return done ? undefined : value;
    } catch (error) {
      throw new LinkLost(this.#lost ?? (error instanceof Error ? error.message : String(error)));
    } finally {
      this.#waiting = undefined;
    }
  }

  close(because?: string): void {
    this.#lost ??= because;
    clearInterval(this.#watch);
    this.#forget();
    this.#socket.destroy();
  }
}

export function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
