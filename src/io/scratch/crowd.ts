import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RehearsedClients } from '../../domain/rehearsal.ts';
import type { Address } from '../../domain/target.ts';
import { encodeCommand as encode } from '../wire/link.ts';

/** More than this waiting to be sent over one connection is a server that does not read. */
const MOST_WAITING = 1024 * 1024;

/** Clients of a server of our own, as applications are: some connected and idle, some at work, some that never read. */
export interface Crowd {
  leave(): void;
}

/** Connects them all, and has them work until they leave. */
export async function gather(to: Address, clients: RehearsedClients): Promise<Crowd> {
  const sockets: Socket[] = [];
  const leave = () => {
    clearInterval(work);
    for (const socket of sockets) socket.destroy();
  };
  let count = 0;
  const work = setInterval(() => {
    for (const socket of sockets) {
      if (socket.writableLength > MOST_WAITING) continue;
      for (const words of clients.repeat) {
        count += 1;
        socket.write(encode(words.map((word) => word.replaceAll('{n}', String(count)))));
      }
    }
  }, clients.every_ms).unref();
  try {
    for (let left = clients.count; left > 0; left -= 1) sockets.push(await join(to, clients));
  } catch (error) {
    leave();
    throw error;
  }
  return { leave };
}

async function join(to: Address, { name, commands, reads }: RehearsedClients): Promise<Socket> {
  const socket = connect(to.port, to.host);
  await once(socket, 'connect');
  // The server may close it: that can be what is rehearsed.
  socket.on('error', () => undefined);
  if (reads) socket.resume();
  if (name !== undefined) socket.write(encode(['CLIENT', 'SETNAME', name]));
  for (const words of commands) socket.write(encode(words));
  return socket;
}
