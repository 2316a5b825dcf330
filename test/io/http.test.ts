import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { defineSource, type Sighting, type Source } from '../../src/domain/source.ts';
import { type HttpOptions, type HttpServer, startHttp } from '../../src/io/http.ts';
import { makeLog } from '../../src/io/log.ts';

const echo = defineSource({
  read: (body) =>
    Array.isArray(body)
      ? body.map((one): Sighting => ({ kind: 'rejected', reason: JSON.stringify(one) }))
      : 'not a list',
});

let server: HttpServer | undefined;
const received: [string, readonly Sighting[]][] = [];
const logged: string[] = [];

afterEach(async () => {
  await server?.close();
  received.length = 0;
  logged.length = 0;
});

async function start(options: Partial<HttpOptions> = {}): Promise<string> {
  server = await startHttp({
    listen: { host: '127.0.0.1', port: 0 },
    sources: new Map<string, Source>([
      ['echo', echo],
      ['untold', echo],
    ]),
    tokens: { echo: 'right-token' },
    receive: async (source, sightings) => {
      received.push([source, sightings]);
      return { stored: 1, known: 0, rejected: sightings.length };
    },
    ready: () => true,
    metrics: async () => 'up 1\n',
    log: makeLog({ level: 'info', write: (line) => logged.push(line) }),
    ...options,
  });
  return `http://127.0.0.1:${server.address.port}`;
}

function post(base: string, path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const sent = { authorization: 'Bearer right-token', 'content-type': 'application/json', ...headers };
  return fetch(base + path, { method: 'POST', body, headers: sent });
}

test('alerts are accepted once they are stored, with the counts', async () => {
  const answer = await post(await start(), '/hooks/echo', '[1]');
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ stored: 1, known: 0, rejected: 1 });
  expect(received).toEqual([['echo', [{ kind: 'rejected', reason: '1' }]]]);
});

test('202 waits for the store; 503 when it fails, and the sender is told to come again', async () => {
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const order: string[] = [];
  const base = await start({
    receive: async () => {
      await gate;
      order.push('stored');
      throw new Error('postgres://u:hunter2@db is down');
    },
  });
  const answering = post(base, '/hooks/echo', '[]').then((answer) => {
    order.push('answered');
    return answer;
  });
  release();
  const answer = await answering;
  expect(order).toEqual(['stored', 'answered']);
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('hunter2');
  expect(logged.join('')).toContain('alerts not stored');
});

test.each([
  ['no token', { authorization: '' }],
  ['another token', { authorization: 'Bearer wrong-token' }],
  ['the token with more', { authorization: 'Bearer right-token2' }],
  ['another scheme', { authorization: 'Basic right-token' }],
  ['an empty bearer', { authorization: 'Bearer ' }],
])('401 with %s', async (_what, headers) => {
  const answer = await post(await start(), '/hooks/echo', '[1]', headers);
  expect(answer.status).toBe(401);
  expect(received).toEqual([]);
});

test('401 when no token is configured, whatever is sent', async () => {
  const base = await start();
  expect((await post(base, '/hooks/untold', '[]', { authorization: 'Bearer ' })).status).toBe(401);
  expect((await post(base, '/hooks/untold', '[]', { authorization: 'Bearer undefined' })).status).toBe(401);
  expect((await post(base, '/hooks/untold', '[]')).status).toBe(401);
});

test.each([
  ['404 for an unknown source', '/hooks/nobody', '[]', {}, 404],
  ['404 for a name that every object has', '/hooks/constructor', '[]', {}, 404],
  ['400 for JSON that is none', '/hooks/echo', '[1', {}, 400],
  ['400 for an empty body', '/hooks/echo', '', {}, 400],
  ["400 for another sender's body", '/hooks/echo', '{}', {}, 400],
  ['415 for text', '/hooks/echo', '[]', { 'content-type': 'text/plain' }, 415],
  ['415 for a form', '/hooks/echo', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['413 above 1 MiB', '/hooks/echo', `["${'x'.repeat(1024 * 1024)}"]`, {}, 413],
])('%s', async (_what, path, body, headers, status) => {
  const answer = await post(await start(), path, body, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ error: expect.any(String) });
  expect(received).toEqual([]);
});

test('just under 1 MiB is taken, and an odd key is no reason to refuse the body', async () => {
  const base = await start();
  expect((await post(base, '/hooks/echo', `["${'x'.repeat(1024 * 1024 - 4)}"]`)).status).toBe(202);
  expect((await post(base, '/hooks/echo', '[{"__proto__":{"a":1},"constructor":{"prototype":{}}}]')).status).toBe(202);
});

test('a stranger is refused before the body arrives', async () => {
  const base = await start();
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.write(
    'POST /hooks/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 500000\r\n\r\n[',
  );
  const first = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.destroy();
  expect(first).toContain('401');
});

test.each([
  ['ready', () => true, 200, undefined],
  ['not ready', () => false, 503, 'starting or stopping'],
  ['not ready with a reason', () => 'Slack is not connected', 503, 'Slack is not connected'],
  ['a check that fails', () => Promise.reject(new Error('database gone')), 503, 'database gone'],
])('readyz: %s', async (_what, ready, status, reason) => {
  const answer = await fetch(`${await start({ ready })}/readyz`);
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { reason?: string }).reason).toBe(reason);
});

test('health and metrics', async () => {
  const base = await start();
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  const metrics = await fetch(`${base}/metrics`);
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await metrics.text()).toBe('up 1\n');
  expect((await fetch(`${base}/`)).status).toBe(404);
});

test('closing answers what is under way', async () => {
  let finish: () => void = () => {};
  let entered: () => void = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const base = await start({
    receive: () =>
      new Promise((resolve) => {
        finish = () => resolve({ stored: 1, known: 0, rejected: 0 });
        entered();
      }),
  });
  const answering = post(base, '/hooks/echo', '[]');
  await inside;
  const closing = server?.close();
  finish();
  expect((await answering).status).toBe(202);
  await closing;
});

test.each(['', 'POST /hooks/echo HTTP/1.1\r\nhost: x\r\n'])(
  'a connection that only says "%s" does not hold up closing',
  async (said) => {
    const base = await start();
    const socket = connect(Number(new URL(base).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(said);
    await fetch(`${base}/healthz`);
    const began = performance.now();
    await server?.close();
    expect(performance.now() - began).toBeLessThan(2000);
    socket.destroy();
  },
);

test('no body is half read: whatever it is, the answer is a 4xx or a 202', async () => {
  const base = await start();
  const odd = ['null', '0', '"x"', '[[[[', '{"alerts":', '\u0000', '\ufeff[]', '[1e999]', `${'['.repeat(50_000)}`];
  const statuses = await Promise.all(odd.map(async (body) => (await post(base, '/hooks/echo', body)).status));
  expect(statuses.every((status) => status === 400 || status === 202)).toBe(true);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});
