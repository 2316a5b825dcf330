import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Address } from '../../domain/target.ts';
import type { RdbSource } from '../../flow/backup/ports.ts';
import { type Expected, strangerOn } from './door.ts';
import { encodeCommand } from './link.ts';
import { pace } from './pace.ts';
import { makeRequestReader } from './requests.ts';

/** A TLS hello where none is expected. */
const TLS_HELLO = 0x16;

/** As a primary does, so that the replica does not take the link for dead; it counts as part of the history. */
const PING = encodeCommand(['PING']);
const PING_MS = 5000;

/** The history that all callers of one serving are given. */
export interface History {
  id: string;
  offset: number;
}

export interface Host {
  node: Address;
  expected: Expected;
  file: RdbSource;
  history: History;
  bytesPerSecond: number | undefined;
  /** It is the node, so what it left open before is closed. */
  recognized(socket: Socket): void;
  /** False: it has asked often enough. */
  begins(): boolean;
  sent(bytes: number): void;
  allSent(): void;
  loaded(): void;
  turnAway(why: string): void;
  failed(error: Error): void;
}

/** Speaks as a primary with one caller until either end closes. */
export function attend(socket: Socket, host: Host): void {
  const read = makeRequestReader();
  const { signal, stop } = stopper();
  let port: number | undefined;
  let phase: 'greeting' | 'sending' | 'sent' = 'greeting';
  let pings: NodeJS.Timeout | undefined;

  const turnAway = (why: string) => {
    host.turnAway(why);
    socket.destroy();
  };
  const online = () => {
    phase = 'sent';
    host.allSent();
    pings = setInterval(() => {
      host.history.offset += PING.length;
      socket.write(PING);
    }, PING_MS).unref();
  };
  const answer = ([word = '', ...rest]: readonly string[]) => {
    const name = word.toUpperCase();
    if (name === 'PING') return void socket.write('+PONG\r\n');
    // Whatever its masterauth is: it proves nothing about us, and we do not look at it.
    if (name === 'AUTH') return void socket.write('+OK\r\n');
    if (name === 'REPLCONF') return replconf(rest);
    if (name !== 'PSYNC') return void socket.write('-ERR this is a backup that is being restored, not a server\r\n');
    const stranger = strangerOn(port, host.expected, host.node);
    return stranger === undefined ? psync(rest) : turnAway(stranger);
  };
  const replconf = ([option = '', value]: readonly string[]) => {
    if (option.toLowerCase() === 'ack') {
      if (phase === 'sent') host.loaded();
      return;
    }
    if (option.toLowerCase() === 'listening-port') port = Number(value);
    socket.write('+OK\r\n');
  };
  const psync = ([id, from]: readonly string[]) => {
    if (phase !== 'greeting') return turnAway('it asked for a copy twice over one connection');
    const { history } = host;
    host.recognized(socket);
    if (id === history.id && Number(from) === history.offset + 1) {
      socket.write(`+CONTINUE ${history.id}\r\n`);
      return online();
    }
    if (!host.begins()) return turnAway('it has asked for the whole file too often');
    history.offset = 0;
    phase = 'sending';
    socket.write(`+FULLRESYNC ${history.id} 0\r\n$${host.file.bytes}\r\n`);
    feed(socket, host, signal).then(online, (error: Error) => {
      if (!signal.aborted) host.failed(error);
      socket.destroy();
    });
  };

  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearInterval(pings);
    stop();
  });
  socket.once('data', (chunk: Buffer) => {
    if (chunk[0] === TLS_HELLO) turnAway('it wants to speak TLS with its primary (tls-replication yes)');
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const words of socket.destroyed ? [] : read(chunk)) answer(words);
    } catch {
      turnAway('what it says is not the replication protocol');
    }
  });
}

/** Sends the file, as fast as the caller takes it. Rejects when the connection closes first or the file is not as long as was said. */
async function feed(socket: Socket, host: Host, signal: AbortSignal): Promise<void> {
  const allowed = pace(host.bytesPerSecond, signal);
  let sent = 0;
  for await (const chunk of host.file.open()) {
    sent += chunk.length;
    if (sent > host.file.bytes) break;
    if (!socket.write(chunk)) await once(socket, 'drain', { signal });
    signal.throwIfAborted();
    host.sent(sent);
    await allowed(chunk.length);
  }
  if (sent !== host.file.bytes) throw new Error(`the file does not have the ${host.file.bytes} B that it should have`);
}

function stopper(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, stop: () => controller.abort(new Error('the connection was closed')) };
}
