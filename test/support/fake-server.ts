import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Reply, ReplyError } from '../../src/domain/command.ts';
import type { Address } from '../../src/domain/target.ts';
import { readResp } from './resp.ts';

/** What a server answers to one command, in lower case; undefined for one that it does not know. */
export type Script = (name: string, ...words: string[]) => Reply | undefined;

export interface FakeServer extends Address {
  /** Every command that it got, as typed. */
  heard: string[];
  close(): Promise<void>;
}

/** A server that speaks RESP2 over TCP and answers from a script, for what cannot be run here: the clouds. */
export async function startFakeServer(script: Script): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let end = commandEnd(bytes); end !== undefined; end = commandEnd(bytes)) {
        const [words] = readResp(bytes.subarray(0, end));
        bytes = bytes.subarray(end);
        const [name = '', ...rest] = Array.isArray(words) ? words.map(String) : [];
        heard.push([name, ...rest].join(' '));
        socket.write(encode(script(name.toLowerCase(), ...rest.map((word) => word.toLowerCase())) ?? unknown(name)));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function unknown(name: string): ReplyError {
  return new ReplyError(`ERR unknown command '${name}', with args beginning with: `);
}

/** Where the first command of these bytes ends; undefined while it is not whole. */
function commandEnd(bytes: Buffer): number | undefined {
  let at = bytes.indexOf('\r\n');
  if (at < 0) return undefined;
  const count = Number(bytes.toString('latin1', 1, at));
  at += 2;
  for (let left = count; left > 0; left -= 1) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    at = line + 2 + Number(bytes.toString('latin1', at + 1, line)) + 2;
    if (at > bytes.length) return undefined;
  }
  return at;
}

/** These come as status lines, the other texts as bulk strings. */
const STATUS = new Set(['OK', 'PONG']);

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply instanceof ReplyError) return `-${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string' && STATUS.has(reply)) return `+${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}
