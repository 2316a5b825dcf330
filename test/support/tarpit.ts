import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Address } from '../../src/domain/target.ts';

/** How a door to a real server misbehaves with what the server says. */
export type Ailment = (reply: Buffer, to: Socket) => void;

export interface Tarpit extends Address {
  close(): Promise<void>;
}

/** A door to a real server through which the answers come as the ailment lets them; without one they come unchanged. */
export async function tarpit(server: Address, ailment: Ailment): Promise<Tarpit> {
  const sockets = new Set<Socket>();
  const door = createServer((near) => {
    const far = connect(server.port, server.host);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => ailment(chunk, near));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const address = door.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      door.close();
      await once(door, 'close');
    },
  };
}

/** Nothing of an answer comes through. */
export const mute: Ailment = () => {};

/** One byte a second. */
export const dripping: Ailment = (reply, to) => {
  for (const [at, byte] of reply.entries()) setTimeout(() => to.write(Buffer.from([byte])), at * 1000).unref();
};

/** Bytes that are no protocol. */
export const garbled: Ailment = (reply, to) => {
  to.write(Buffer.from(reply.map((byte, at) => (byte * 31 + at * 17) % 256)));
};

/** The connection is reset in the middle of an answer. */
export const resetting: Ailment = (reply, to) => {
  to.write(reply.subarray(0, 10), () => to.resetAndDestroy());
};

/** Each answer comes, this late. */
export function late(ms: number): Ailment {
  return (reply, to) => void setTimeout(() => to.write(reply), ms).unref();
}

/** The first `count` answers come; then it is as the ailment says. */
export function after(count: number, ailment: Ailment): Ailment {
  let left = count;
  return (reply, to) => {
    left -= 1;
    if (left >= 0) to.write(reply);
    else ailment(reply, to);
  };
}
