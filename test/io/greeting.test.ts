import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../demo/redis-server.ts';
import { greet } from '../../src/io/greeting.ts';

const open: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => once(server.close(), 'close')));
});

/** A server that does this with every connection. */
async function listener(meet: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    meet(socket);
  });
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 };
}

const says = (text: string) => listener((socket) => socket.once('data', () => socket.write(text)));

test.each([
  ['+PONG\r\n', { kind: 'redis', wantsAuth: false, admitsAnyone: true }],
  ['-NOAUTH Authentication required.\r\n', { kind: 'redis', wantsAuth: true, admitsAnyone: false }],
  ['-LOADING Redis is loading the dataset in memory\r\n', { kind: 'redis', wantsAuth: false, admitsAnyone: true }],
  ['-MISCONF Redis is configured to save RDB snapshots\r\n', { kind: 'redis', wantsAuth: false }],
  ['-MASTERDOWN Link with MASTER is down\r\n', { kind: 'redis', wantsAuth: false }],
  [
    "-NOPERM this user has no permissions to run the 'ping' command\r\n",
    { kind: 'redis', wantsAuth: false, admitsAnyone: false },
  ],
  ["-ERR unknown command 'PING'\r\n", { kind: 'redis', wantsAuth: false, admitsAnyone: false }],
  ['-BUSY Redis is busy running a script.\r\n', { cause: 'busy', detail: 'BUSY Redis is busy running a script.' }],
  ['-ERR max number of clients reached\r\n', { cause: 'max-clients' }],
  ['-DENIED Redis is running in protected mode\r\n', { cause: 'protected-mode' }],
  [
    'HTTP/1.1 400 Bad Request\r\n',
    { cause: 'not-a-redis-server', detail: 'it answered PING with "HTTP/1.1 400 Bad Request"' },
  ],
  [
    'SSH-2.0-OpenSSH_9.2\u001b[2J\r\n',
    { cause: 'not-a-redis-server', detail: 'it answered PING with "SSH-2.0-OpenSSH_9.2 [2J"' },
  ],
  ['x'.repeat(2000), { cause: 'not-a-redis-server' }],
  ['\u0015\u0003\u0001', { cause: 'tls-mismatch' }],
])('%j is %j', async (text, want) => {
  expect(await greet(await says(text), undefined, 500)).toMatchObject(want);
});

test('a reply in pieces is read as one', async () => {
  const address = await listener((socket) => {
    socket.once('data', () => {
      socket.write('+PO');
      setTimeout(() => socket.write('NG\r\n'), 20);
    });
  });
  expect(await greet(address, undefined, 500)).toEqual({ kind: 'redis', wantsAuth: false, admitsAnyone: true });
});

test('a listener that stays silent is hung', async () => {
  const greeting = await greet(await listener(() => undefined), undefined, 200);
  expect(greeting).toEqual({
    kind: 'refused',
    cause: 'hung',
    detail: 'it accepts connections and does not answer within 0.2 s',
  });
});

test('a listener that hangs up is unreachable', async () => {
  const greeting = await greet(await listener((socket) => socket.end()), undefined, 500);
  expect(greeting).toMatchObject({ cause: 'unreachable', detail: 'it closed the connection without an answer' });
});

test('a refused port and a name that does not exist are unreachable', async () => {
  const port = await freePort();
  expect(await greet({ host: '127.0.0.1', port }, undefined, 500)).toMatchObject({
    cause: 'unreachable',
    detail: `connect ECONNREFUSED 127.0.0.1:${port}`,
  });
  expect(await greet({ host: 'localhost', port }, undefined, 500)).toMatchObject({
    cause: 'unreachable',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
  expect(await greet({ host: 'no-such-host.invalid', port }, undefined, 1500)).toMatchObject({ cause: 'unreachable' });
});

test('a port out of range is unreachable', async () => {
  expect(await greet({ host: '127.0.0.1', port: 70_000 }, undefined, 500)).toMatchObject({ cause: 'unreachable' });
});

test('certificates that cannot be read are a TLS mistake', async () => {
  const greeting = await greet(await says('+PONG\r\n'), { ca: 'nonsense', cert: 'nonsense', key: 'nonsense' }, 500);
  expect(greeting).toMatchObject({ cause: 'tls-mismatch' });
});
