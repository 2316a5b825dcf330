import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { ACK_MS, type Delivery, maybeJson, type Parcel } from './delivery.ts';
import { APP, isJson } from './model.ts';

const PING_MS = 5000;

/** The Socket Mode side: tickets from apps.connections.open, envelopes out, acknowledgements back. */
export class Sockets {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #open = new Set<WebSocket>();
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (payload: unknown) => void>();
  readonly #pings: NodeJS.Timeout;
  #next = 0;

  constructor() {
    this.#pings = setInterval(() => {
      for (const socket of this.#open) socket.ping();
    }, PING_MS);
  }

  get count(): number {
    return this.#open.size;
  }

  /** A ticket that opens one connection. */
  ticket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(req.url ?? '/', 'ws://localhost').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(req, socket, head, (opened) => this.#welcome(opened));
  }

  #welcome(socket: WebSocket): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: RawData) => {
      const message = maybeJson(Buffer.isBuffer(data) ? data.toString('utf8') : '');
      if (isJson(message) && typeof message.envelope_id === 'string') {
        this.#waiting.get(message.envelope_id)?.(message.payload);
      }
    });
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: this.#open.size, connection_info: { app_id: APP.id } }),
    );
  }

  /** Sends to one of the connections, in turn, and waits for its acknowledgement. */
  async send(parcel: Parcel): Promise<Delivery> {
    const sockets = [...this.#open];
    const socket = sockets[this.#next++ % sockets.length];
    if (!socket) return { status: 0, ms: 0, body: '', error: 'dispatch_failed' };
    const started = performance.now();
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    const done = (delivery: Omit<Delivery, 'ms'>) => resolve({ ...delivery, ms: performance.now() - started });
    const timer = setTimeout(() => done({ status: 0, body: '', error: 'operation_timeout' }), ACK_MS);
    this.#waiting.set(id, (payload) => done({ status: 200, body: payload ?? '', error: null }));
    socket.send(
      JSON.stringify({
        envelope_id: id,
        type: parcel.type,
        payload: parcel.payload,
        accepts_response_payload: parcel.type !== 'events_api',
        ...(parcel.retry ? { retry_attempt: parcel.retry, retry_reason: 'timeout' } : {}),
      }),
    );
    const delivery = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    return delivery;
  }

  /** Asks the app to reconnect, as Slack does every few hours; `warning` keeps the connection for the moment. */
  disconnect(reason: 'warning' | 'refresh_requested'): void {
    for (const socket of this.#open) {
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: {} }));
      if (reason === 'refresh_requested') socket.close();
    }
  }

  /** Cuts the connections without a word. */
  drop(): void {
    for (const socket of this.#open) socket.terminate();
  }

  close(): void {
    clearInterval(this.#pings);
    this.drop();
    this.#server.close();
  }
}
