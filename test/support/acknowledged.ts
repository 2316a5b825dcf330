import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../src/domain/target.ts';

/** Applications that write to whoever takes it, and remember each write that was acknowledged. */
export interface Application {
  /** Keys whose SET was answered with OK, so far. */
  acknowledged: readonly string[];
  /** First words of error replies that they got, with how often: `READONLY`, `NOREPLICAS`, `MOVED` … */
  errors: ReadonlyMap<string, number>;
  /** The longest that a write waited for its answer, in ms. */
  readonly longestMs: number;
  stop(): Promise<void>;
}

const CLIENTS = 3;

/** Starts some clients, each with one write under way at a time; a refused one looks for another server. */
export function startWriting(servers: readonly Address[], tag = 'w'): Application {
  const state = { acknowledged: [] as string[], errors: new Map<string, number>(), longestMs: 0, stopped: false };
  const open = new Set<Socket>();
  const clients = Array.from({ length: CLIENTS }, (_none, id) => client(id));
  return {
    acknowledged: state.acknowledged,
    errors: state.errors,
    get longestMs() {
      return state.longestMs;
    },
    async stop() {
      state.stopped = true;
      await Promise.race([Promise.all(clients), sleep(1000)]);
      for (const socket of open) socket.destroy();
      await Promise.all(clients);
    },
  };

  async function client(id: number): Promise<void> {
    let at = 0;
    for (let place = servers[0]; place && !state.stopped; ) {
      const moved = await writeTo(place, id).catch(() => undefined);
      at += 1;
      place = moved ?? servers[at % servers.length];
      await sleep(5);
    }
  }

  /** Writes until the server refuses or is gone; gives the address that it names instead of itself. */
  async function writeTo(place: Address, id: number): Promise<Address | undefined> {
    const socket = createConnection({ host: place.host, port: place.port, noDelay: true });
    open.add(socket);
    try {
      await once(socket, 'connect');
      while (!state.stopped) {
        const key = `{${tag}}:${id}:${state.acknowledged.length}:${Math.random().toString(36).slice(2, 8)}`;
        const began = performance.now();
        socket.write(`SET ${key} 1\r\n`);
        const reply = String(await answer(socket));
        state.longestMs = Math.max(state.longestMs, performance.now() - began);
        if (reply.startsWith('+OK')) {
          state.acknowledged.push(key);
          continue;
        }
        const [word = '', , where = ''] = reply.slice(1).trim().split(' ');
        state.errors.set(word, (state.errors.get(word) ?? 0) + 1);
        const [host = '', port] = where.split(':');
        return word === 'MOVED' ? { host, port: Number(port) } : undefined;
      }
      return undefined;
    } finally {
      open.delete(socket);
      socket.destroy();
    }
  }
}

/** The next reply; rejects when the connection ends first. */
function answer(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('the connection ended'));
    socket.once('close', gone).once('error', gone);
    socket.once('data', (chunk: Buffer) => {
      socket.off('close', gone).off('error', gone);
      resolve(chunk);
    });
  });
}
