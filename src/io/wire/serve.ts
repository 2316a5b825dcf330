import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Address, reachableAt, type Target } from '../../domain/target.ts';
import type { Refused, ServeOptions, Serving, ServingState, Wire } from '../../flow/backup/ports.ts';
import type { Log } from '../../flow/ports.ts';
import { certifiedAs } from '../greeting.ts';
import { attend, type Host } from './caller.ts';
import { expected, strangerAt } from './door.ts';
import { Link, LinkLost } from './link.ts';

const CONNECT_MS = 3000;

/** A server that cannot load what it gets asks again at once, forever. */
const MOST_ATTEMPTS = 3;

/** Waits for one node to ask for a copy, as its primary, and gives it the file. */
export function serveOver(log: Log): Wire['serve'] {
  return async (node, target, options) => {
    const { certificate, tlsReplication, listen = {}, announce = {} } = options;
    if (tlsReplication && !certificate) return refused(NO_CERTIFICATE);
    const own = listen.host ?? (await ownAddress(node, target, options));
    if (typeof own !== 'string') return own;
    const door = await expected(node, reachableAt(target, node), options.from ?? []);
    const { host, serving } = makeServing(options, (facts, sentence) =>
      log.warn({ target: target.name, ...facts }, sentence),
    );
    const welcome = (socket: Socket) => {
      const stranger = strangerAt(socket.remoteAddress, door);
      if (stranger === undefined) return serving.attend(socket, { ...host, node, expected: door });
      host.turnAway(stranger);
      return void socket.destroy();
    };
    const server = tlsReplication && certificate ? tlsServer(certificate, welcome) : createServer(welcome);
    try {
      await once(server.listen(listen.port ?? 0, own), 'listening');
    } catch (error) {
      return refused(`nothing can listen on ${own}: ${error instanceof Error ? error.message : String(error)}`);
    }
    server.on('error', (error) => serving.fail(error));
    options.signal?.addEventListener('abort', () => void serving.close(server), { once: true });
    const bound = server.address();
    const port = announce.port ?? (typeof bound === 'object' && bound ? bound.port : 0);
    return {
      kind: 'serving',
      serving: {
        address: { host: announce.host ?? own, port },
        loaded: serving.loaded,
        state: serving.state,
        close: () => serving.close(server),
      },
    };
  };
}

const NO_CERTIFICATE =
  'it speaks TLS with its primary (tls-replication yes) and would not trust a certificate made here: ' +
  'configure a certificate and key for restores that its tls-ca-cert-file trusts, or restore on its host';

interface Hall {
  host: Omit<Host, 'node' | 'expected'>;
  serving: Pick<Serving, 'loaded' | 'state'> & {
    attend(socket: Socket, host: Host): void;
    fail(error: Error): void;
    close(server: Server): Promise<void>;
  };
}

function makeServing(options: ServeOptions, warn: (facts: object, sentence: string) => void): Hall {
  const { file } = options;
  const { promise: loaded, resolve, reject } = Promise.withResolvers<void>();
  // Whoever gave up beforehand does not ask.
  loaded.catch(() => undefined);
  const sockets = new Set<Socket>();
  let state: ServingState = { kind: 'waiting' };
  let attempt = 0;
  const fail = (error: Error) => reject(error);
  return {
    host: {
      file,
      history: { id: randomBytes(20).toString('hex'), offset: 0 },
      bytesPerSecond: options.bytesPerSecond,
      recognized(socket) {
        // The node has one link to its primary: a new one means that it has given the old one up.
        for (const other of sockets) if (other !== socket) other.destroy();
      },
      begins() {
        if (attempt === MOST_ATTEMPTS) {
          fail(new Error(`it asked for the file ${MOST_ATTEMPTS} times and did not load it`));
          return false;
        }
        attempt += 1;
        state = { kind: 'sending', bytes: 0, total: file.bytes, attempt };
        return true;
      },
      sent(bytes) {
        state = { kind: 'sending', bytes, total: file.bytes, attempt };
        options.onProgress?.(bytes);
      },
      allSent() {
        if (state.kind !== 'loaded') state = { kind: 'loading', attempt };
      },
      loaded() {
        state = { kind: 'loaded' };
        resolve();
      },
      turnAway(why) {
        warn({ why }, 'a caller was turned away from a restore');
        if (state.kind === 'waiting') state = { kind: 'waiting', turnedAway: why };
      },
      failed: fail,
    },
    serving: {
      loaded,
      state: () => state,
      attend(socket, host) {
        sockets.add(socket.once('close', () => sockets.delete(socket)));
        attend(socket, host);
      },
      fail,
      async close(server) {
        fail(new Error('the restore was ended before the file was loaded'));
        for (const socket of sockets) socket.destroy();
        if (server.listening) await new Promise<void>((closed) => server.close(() => closed()));
      },
    },
  };
}

function tlsServer(
  { cert, key, ca }: NonNullable<ServeOptions['certificate']>,
  welcome: (socket: Socket) => void,
): Server {
  // With a CA the node must show a certificate of it too, as it would to a primary with tls-auth-clients.
  const server = createTlsServer({ cert, key, ...(ca !== undefined && { ca, requestCert: true }) }, welcome);
  return server.on('tlsClientError', () => undefined);
}

/** The address of this machine that leads to the node. */
async function ownAddress(node: Address, target: Target, { signal }: ServeOptions): Promise<string | Refused> {
  const way = reachableAt(target, node);
  try {
    const tls = target.tls && certifiedAs(node, way, target.tls);
    const link = await Link.open(way, tls, { connectMs: CONNECT_MS, silentMs: CONNECT_MS, signal });
    const { from } = link;
    link.close();
    return from ?? '127.0.0.1';
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error;
    return { kind: 'refused', because: error.message, again: true };
  }
}

function refused(because: string): Refused {
  return { kind: 'refused', because, again: false };
}
