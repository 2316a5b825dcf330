import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { ReplyError } from '../../../src/domain/command.ts';
import type { Target } from '../../../src/domain/target.ts';
import { CopyCut, type CopyOptions } from '../../../src/flow/backup/ports.ts';
import { copyOver } from '../../../src/io/wire/copy.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { ENGINES } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { startFakeServer } from '../../support/fake-server.ts';
import { gather } from '../../support/gather.ts';
import { plainTarget } from '../../support/target.ts';

/** A test need not wait as long as an operator should. */
const FAST = { connectMs: 400, silentMs: 300 };

const servers = new Map<string, RedisServer>();

beforeAll(async () => {
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    servers.set(binary.engine, server);
    await fillWithEveryType(server);
  }
});

afterAll(async () => {
  for (const server of servers.values()) await server.stop();
});

const installed = (): RedisServer => serverOf('installed');

function serverOf(engine: string): RedisServer {
  const server = servers.get(engine);
  if (!server) throw new Error(`no ${engine} is running`);
  return server;
}

async function section(server: RedisServer, name: string): Promise<string> {
  return JSON.stringify(await server.send('INFO', name));
}

async function copied(server: RedisServer, target: Partial<Target> = {}, options: CopyOptions = {}): Promise<Buffer> {
  const opened = await copyOver()(server, plainTarget({ seeds: [server], ...target }), options);
  if (opened.kind === 'refused') throw new Error(opened.because);
  return gather(opened.copy.bytes);
}

/** What the server itself would save: byte for byte the same but for the moment and its memory. */
const form = (rdb: Buffer) => [rdb.subarray(0, 9).toString(), rdb.length, rdb.at(-9)];

test.each(ENGINES.map(({ engine }) => engine))(
  '%s gives the same copy by its length and up to a mark',
  async (engine) => {
    const server = serverOf(engine);
    await server.send('CONFIG', 'SET', 'repl-diskless-sync', 'yes');
    const seen: (number | undefined)[] = [];
    const marked = await copied(server, {}, { onProgress: (_bytes, total) => seen.push(total) });
    await server.send('CONFIG', 'SET', 'repl-diskless-sync', 'no');
    const measured = await copied(server);
    expect(form(measured)).toEqual(form(marked));
    expect(marked.at(-9)).toBe(0xff);
    expect(seen.at(-1)).toBeUndefined();
    expect(await server.send('DBSIZE')).toBeGreaterThan(900);
  },
);

test('a copy that was taken leaves no replica behind', async () => {
  await copied(installed());
  await expect.poll(() => section(installed(), 'replication'), { timeout: 5000 }).toContain('connected_slaves:0');
});

test('what a server has sent and hung up on is read to its end, however slowly', async () => {
  const server = installed();
  const opened = await copyOver()(server, plainTarget({ seeds: [server] }), { bytesPerSecond: 80_000 });
  if (opened.kind === 'refused') throw new Error(opened.because);
  await sleep(1500);
  expect((await gather(opened.copy.bytes)).at(-9)).toBe(0xff);
});

test('the rate is kept and progress is told in bytes', async () => {
  const began = performance.now();
  let last = 0;
  const rdb = await copied(installed(), {}, { bytesPerSecond: 200_000, onProgress: (bytes) => (last = bytes) });
  const seconds = (performance.now() - began) / 1000;
  expect(last).toBe(rdb.length);
  expect(seconds).toBeGreaterThan((rdb.length - 65_536) / 200_000 - 0.1);
});

test('a user needs +psync +replconf +ping and nothing else', async () => {
  const server = installed();
  await server.send('ACL', 'SETUSER', 'copier', 'on', '>secret', '+psync', '+replconf', '+ping');
  const rdb = await copied(server, { credentials: { username: 'copier', password: 'secret' } });
  expect(rdb.length).toBeGreaterThan(1000);
});

test.each([
  ['a wrong password', { username: 'copier', password: 'wrong' }, /refused the credentials of copier/],
  [
    'a user that may not',
    { username: 'reader', password: 'secret' },
    /reader may not ask for a copy: it needs \+psync/,
  ],
])('%s is a hard stop', async (_what, credentials, because) => {
  const server = installed();
  await server.send('ACL', 'SETUSER', 'copier', 'on', '>secret', '+psync', '+replconf', '+ping');
  await server.send('ACL', 'SETUSER', 'reader', 'on', '>secret', '+@read');
  const opened = await copyOver()(server, plainTarget({ seeds: [server], credentials }));
  expect(opened).toMatchObject({ kind: 'refused', because: expect.stringMatching(because), again: false });
});

test('a server that wants a password says so', async () => {
  const server = await startRedis({ args: ['--requirepass', 'secret'] });
  try {
    const opened = await copyOver()(server, plainTarget({ seeds: [server] }));
    expect(opened).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('asks for a password'),
      again: false,
    });
    await copied(server, { credentials: { password: 'secret' } });
  } finally {
    await server.stop();
  }
});

test('a replica gives a copy, and none once its primary is lost', async () => {
  const primary = await startRedis();
  const replica = await startRedis({ replicaOf: primary });
  try {
    await primary.send('SET', 'key', 'value');
    await expect.poll(() => replica.send('DBSIZE'), { timeout: 10_000 }).toBe(1);
    expect((await copied(replica)).toString('latin1')).toContain('value');
    await replica.send('REPLICAOF', '127.0.0.1', '1');
    const opened = await copyOver()(replica, plainTarget({ seeds: [replica] }));
    expect(opened).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('lost its primary'),
      again: true,
    });
  } finally {
    await replica.stop();
    await primary.stop();
  }
});

test.each([
  ['LOADING Redis is loading the dataset in memory', /loading its own data/, true],
  ["ERR BGSAVE failed, replication can't continue", /could not save its data/, true],
  ["ERR unknown command 'PSYNC', with args beginning with: '?' '-1'", /managed services do not/, false],
])('%s is told in words', async (line, because, again) => {
  const server = await startFakeServer((name) => (name === 'psync' ? new ReplyError(line) : 'OK'));
  const opened = await copyOver()(server, plainTarget({ seeds: [server] }));
  await server.close();
  expect(opened).toMatchObject({ kind: 'refused', because: expect.stringMatching(because), again });
});

test('a server that takes no more connections says so, not that the login is wrong', async () => {
  const server = await startFakeServer(() => new ReplyError('ERR max number of clients reached'));
  for (const credentials of [{}, { password: 'secret' }]) {
    const opened = await copyOver()(server, plainTarget({ seeds: [server], credentials }));
    expect(opened).toMatchObject({ because: expect.stringContaining('maxclients is reached'), again: true });
  }
  await server.close();
});

test('a server that saves to its disk first is waited for', async () => {
  const server = await startRedis({ args: ['--repl-diskless-sync', 'no'] });
  try {
    await server.send('DEBUG', 'POPULATE', '100', 'key', '10');
    // 2.5 s, in which it sends line breaks.
    await server.send('CONFIG', 'SET', 'rdb-key-save-delay', '25000');
    const opened = await copyOver({ connectMs: 1000, silentMs: 2000 })(server, plainTarget({ seeds: [server] }));
    if (opened.kind === 'refused') throw new Error(opened.because);
    expect(opened.copy.total).toBe((await gather(opened.copy.bytes)).length);
  } finally {
    await server.stop();
  }
});

test('nobody there, or the other protocol, is told', async () => {
  const server = installed();
  const nobody = await copyOver(FAST)({ host: '127.0.0.1', port: 1 }, plainTarget({ seeds: [server] }));
  expect(nobody).toMatchObject({ kind: 'refused', because: expect.stringContaining('ECONNREFUSED'), again: true });
  const plain = await copyOver(FAST)(server, plainTarget({ seeds: [server], tls: {} }));
  expect(plain).toMatchObject({ kind: 'refused', because: expect.stringContaining('without TLS') });
});

test('a server that dies half way cuts the copy, which never ends as if it were whole', async () => {
  // Compressed, all of it would fit into what lies between.
  const server = await startRedis({ args: ['--rdbcompression', 'no'] });
  await server.send('DEBUG', 'POPULATE', '40000', 'key', '1000');
  const opened = await copyOver()(server, plainTarget({ seeds: [server] }));
  if (opened.kind === 'refused') throw new Error(opened.because);
  let chunks = 0;
  const reading = (async () => {
    for await (const _chunk of opened.copy.bytes) {
      chunks += 1;
      if (chunks === 2) await server.stop();
    }
  })();
  await expect(reading).rejects.toThrow(CopyCut);
});

test('a silent server is given up', async () => {
  const server = installed();
  await server.send('CONFIG', 'SET', 'rdb-key-save-delay', '10000000');
  const slow = copyOver(FAST)(server, plainTarget({ seeds: [server] }));
  server.kill('SIGSTOP');
  const opened = await slow;
  server.kill('SIGCONT');
  await server.send('CONFIG', 'SET', 'rdb-key-save-delay', '0');
  expect(opened.kind).toBe('refused');
});

test('calling it off ends the link', async () => {
  const server = installed();
  const off = new AbortController();
  const opened = await copyOver()(server, plainTarget({ seeds: [server] }), {
    signal: off.signal,
    bytesPerSecond: 1000,
  });
  if (opened.kind === 'refused') throw new Error(opened.because);
  const reading = gather(opened.copy.bytes);
  await sleep(50);
  off.abort();
  await expect(reading).rejects.toThrow('it was called off');
});

test('TLS is spoken where the target has it', async () => {
  const certificate = await makeCertificate();
  const port = await freePort();
  const server = await startRedis({
    args: ['--tls-port', String(port), '--tls-auth-clients', 'no', ...certificate.args],
  });
  try {
    await server.send('SET', 'key', 'value');
    const door = { host: 'localhost', port };
    const opened = await copyOver()(door, plainTarget({ seeds: [door], tls: { ca: certificate.cert } }));
    if (opened.kind === 'refused') throw new Error(opened.because);
    expect((await gather(opened.copy.bytes)).toString('latin1')).toContain('value');
    const untrusted = await copyOver()(door, plainTarget({ seeds: [door], tls: {} }));
    expect(untrusted).toMatchObject({ kind: 'refused', because: expect.stringContaining('self-signed') });
    const plain = await copyOver()(door, plainTarget({ seeds: [door] }));
    expect(plain).toMatchObject({ kind: 'refused', because: expect.stringContaining('speaks TLS') });
  } finally {
    await server.stop();
    await certificate.remove();
  }
});
