import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { ServeOptions, Serving } from '../../../src/flow/backup/ports.ts';
import { serveOver } from '../../../src/io/wire/serve.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { ENGINES } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { inPieces, rdbOf } from '../../support/rdb-of.ts';
import { plainTarget } from '../../support/target.ts';

interface Backup {
  rdb: Buffer;
  digest: unknown;
  keys: string;
}

const backups = new Map<string, Backup>();
const warned: object[] = [];
const LOG = { debug() {}, info() {}, error() {}, warn: (facts: object) => void warned.push(facts) };

beforeAll(async () => {
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    await fillWithEveryType(server);
    backups.set(binary.engine, {
      rdb: await rdbOf(server),
      digest: await server.send('DEBUG', 'DIGEST'),
      keys: await section(server, 'keyspace'),
    });
    await server.stop();
  }
});

const running: { stop(): Promise<void> }[] = [];

afterAll(async () => {
  for (const server of running) await server.stop();
});

function backupOf(engine: string): Backup {
  const backup = backups.get(engine);
  if (!backup) throw new Error(`no backup of ${engine}`);
  return backup;
}

async function section(server: RedisServer, name: string): Promise<string> {
  return JSON.stringify(await server.send('INFO', name));
}

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function serve(node: RedisServer, rdb: Buffer, options: Partial<ServeOptions> = {}): Promise<Serving> {
  const answer = await serveOver(LOG)(node, plainTarget({ seeds: [node] }), {
    file: { bytes: rdb.length, open: () => inPieces(rdb) },
    ...options,
  });
  if (answer.kind === 'refused') throw new Error(answer.because);
  return answer.serving;
}

/** What a restore does to the node: follow us until the file is loaded, then stand alone again. */
async function restore(node: RedisServer, rdb: Buffer): Promise<void> {
  const serving = await serve(node, rdb);
  await node.send('REPLICAOF', serving.address.host, String(serving.address.port));
  await serving.loaded;
  await expect.poll(() => section(node, 'replication'), { timeout: 5000 }).toContain('master_link_status:up');
  await node.send('REPLICAOF', 'NO', 'ONE');
  await serving.close();
}

const NEWEST = ENGINES.filter(({ engine }) => engine !== 'redis-8.0.2');

test.each(NEWEST)('$engine takes its own copy back, whatever it held', async (binary) => {
  const { rdb, digest, keys } = backupOf(binary.engine);
  const node = await start({ binary });
  await restore(node, rdb);
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  // Identical now.
  await restore(node, rdb);
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  await node.send('DEBUG', 'POPULATE', '5000', 'other', '50');
  await restore(node, rdb);
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  expect(keyCounts(await section(node, 'keyspace'))).toEqual(keyCounts(keys));
  expect(await node.send('FUNCTION', 'LIST')).toHaveLength(1);
});

const keyCounts = (keyspace: string) => keyspace.match(/db\d+:keys=\d+/g);

test.each(['disabled', 'on-empty-db', 'swapdb'])('repl-diskless-load %s makes no difference', async (mode) => {
  const { rdb, digest } = backupOf('installed');
  const node = await start({ args: ['--repl-diskless-load', mode] });
  await node.send('DEBUG', 'POPULATE', '1000', 'old', '50');
  await restore(node, rdb);
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
});

test.each([
  ['redis-8.0', ['--repl-rdb-channel', 'yes']],
  ['valkey-8.0', ['--dual-channel-replication-enabled', 'yes']],
  ['valkey-9.1', ['--dual-channel-replication-enabled', 'yes']],
])('%s that could take the file over a second connection gives and takes it over one', async (engine, args) => {
  const binary = ENGINES.find((each) => each.engine === engine);
  const source = await start({ ...(binary && { binary }), args });
  await fillWithEveryType(source, 20);
  const node = await start({ ...(binary && { binary }), args });
  await restore(node, await rdbOf(source));
  expect(await node.send('DEBUG', 'DIGEST')).toBe(await source.send('DEBUG', 'DIGEST'));
});

test.each([
  ['installed', 'redis-8.0'],
  ['installed', 'valkey-9.1'],
  ['valkey-8.1', 'redis-8.0'],
  ['valkey-8.0', 'valkey-9.1'],
])('a file of %s goes into %s', async (writer, reader) => {
  const { rdb, keys } = backupOf(writer);
  const binary = ENGINES.find(({ engine }) => engine === reader);
  const node = await start({ ...(binary && { binary }) });
  await restore(node, rdb);
  expect(keyCounts(await section(node, 'keyspace'))).toEqual(keyCounts(keys));
  expect(await node.send('FUNCTION', 'LIST')).toHaveLength(1);
});

test('with a password, an AOF and a replica: all three hold the restored data, also after a crash', async () => {
  const { rdb, digest } = backupOf('installed');
  const secret = ['--requirepass', 'secret', '--masterauth', 'secret'];
  const node = await start({ args: [...secret, '--appendonly', 'yes'] });
  const replica = await start({ args: secret, replicaOf: node });
  await node.send('DEBUG', 'POPULATE', '1000', 'old', '50');
  await restore(node, rdb);
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  await expect.poll(() => replica.send('DEBUG', 'DIGEST'), { timeout: 15_000 }).toBe(digest);
  await expect
    .poll(() => section(node, 'persistence'), { timeout: 15_000 })
    .toMatch(/aof_rewrite_in_progress:0.*aof_rewrite_scheduled:0.*aof_last_bgrewrite_status:ok/s);
  node.kill('SIGKILL');
  const again = await start({ args: [...secret, '--appendonly', 'yes'], dir: node.dir });
  await expect.poll(() => again.send('DEBUG', 'DIGEST')).toBe(digest);
});

test('a transfer that is cut half way leaves the old data, and the node may ask again', async () => {
  const { rdb, digest } = backupOf('installed');
  const node = await start();
  await node.send('DEBUG', 'POPULATE', '1000', 'old', '50');
  const before = await node.send('DEBUG', 'DIGEST');
  let opened = 0;
  const half = async function* () {
    opened += 1;
    if (opened > 1) return yield* inPieces(rdb);
    yield rdb.subarray(0, rdb.length / 2);
    await sleep(100);
    throw new Error('the disk is gone');
  };
  const serving = await serve(node, rdb, { file: { bytes: rdb.length, open: half } });
  await node.send('REPLICAOF', serving.address.host, String(serving.address.port));
  await expect(serving.loaded).rejects.toThrow('the disk is gone');
  expect(await node.send('DEBUG', 'DIGEST')).toBe(before);
  // Nobody stopped it, so it comes back by itself.
  await expect.poll(() => serving.state().kind, { timeout: 10_000 }).toBe('loaded');
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  await serving.close();
});

test('the end of a serving in the middle of the transfer leaves the old data', async () => {
  const { rdb } = backupOf('installed');
  const node = await start();
  await node.send('DEBUG', 'POPULATE', '1000', 'old', '50');
  const before = await node.send('DEBUG', 'DIGEST');
  const seen: number[] = [];
  const serving = await serve(node, rdb, { bytesPerSecond: 50_000, onProgress: (bytes) => seen.push(bytes) });
  await node.send('REPLICAOF', serving.address.host, String(serving.address.port));
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  expect(serving.state()).toMatchObject({ kind: 'sending', total: rdb.length, attempt: 1 });
  await serving.close();
  await expect(serving.loaded).rejects.toThrow('ended before the file was loaded');
  await node.send('REPLICAOF', 'NO', 'ONE');
  expect(await node.send('DEBUG', 'DIGEST')).toBe(before);
});

test('a link that stays is kept alive, and one that breaks goes on without a second transfer', async () => {
  const { rdb, digest } = backupOf('installed');
  const node = await start({ args: ['--repl-timeout', '6'] });
  const serving = await serve(node, rdb);
  await node.send('REPLICAOF', serving.address.host, String(serving.address.port));
  await serving.loaded;
  await sleep(8000);
  expect(await section(node, 'replication')).toContain('master_link_status:up');
  await node.send('CLIENT', 'KILL', 'TYPE', 'master');
  await expect.poll(() => section(node, 'replication')).toContain('master_link_status:down');
  await expect.poll(() => section(node, 'replication'), { timeout: 5000 }).toContain('master_link_status:up');
  expect(await section(node, 'stats')).toContain('sync_full:0');
  expect(serving.state()).toEqual({ kind: 'loaded' });
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  await serving.close();
});

test('another server, a stranger and another protocol are turned away and logged', async () => {
  const { rdb } = backupOf('installed');
  const node = await start();
  const other = await start();
  await other.send('SET', 'mine', '1');
  const serving = await serve(node, rdb);
  warned.length = 0;
  await other.send('REPLICAOF', serving.address.host, String(serving.address.port));
  await expect.poll(() => JSON.stringify(warned)).toContain(`it says that it listens on ${other.port}`);
  await other.send('REPLICAOF', 'NO', 'ONE');
  expect(await other.send('GET', 'mine')).toBe('1');
  for (const [words, why] of [
    ['PSYNC ? -1\r\n', 'it says that it listens on no port'],
    ['*99999\r\n', 'not the replication protocol'],
    ['\x16\x03\x01', 'it wants to speak TLS'],
  ] as const) {
    const socket = connect(serving.address.port, serving.address.host).on('error', () => undefined);
    socket.write(words, 'latin1');
    await once(socket.resume(), 'close');
    expect(JSON.stringify(warned)).toContain(why);
  }
  expect(serving.state()).toMatchObject({ kind: 'waiting', turnedAway: expect.stringContaining('TLS') });
  await serving.close();
});

test('who calls from another address does not get a word', async () => {
  const node = await start();
  const serving = await serve(node, Buffer.from('REDIS0010'), {
    listen: { host: '0.0.0.0' },
    announce: { host: '127.0.0.1' },
  });
  const socket = connect({ port: serving.address.port, host: '127.0.0.1', localAddress: '127.0.0.77' });
  socket.on('error', () => undefined).write('PING\r\n');
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString()));
  await once(socket, 'close');
  expect(said).toBe('');
  expect(JSON.stringify(warned)).toContain('it calls from 127.0.0.77, not from 127.0.0.1');
  await serving.close();
});

test('a node that wants TLS of its primary is refused without a certificate that it trusts', async () => {
  const node = await start();
  const answer = await serveOver(LOG)(node, plainTarget({ seeds: [node] }), {
    file: { bytes: 1, open: () => inPieces(Buffer.from('x')) },
    tlsReplication: true,
  });
  expect(answer).toMatchObject({
    kind: 'refused',
    because: expect.stringContaining('tls-replication yes'),
    again: false,
  });
});

test('a node that nobody reaches is refused before anything listens', async () => {
  const port = await freePort();
  const node = { host: '127.0.0.1', port };
  const answer = await serveOver(LOG)(node, plainTarget({ seeds: [node] }), {
    file: { bytes: 1, open: () => inPieces(Buffer.from('x')) },
  });
  expect(answer).toMatchObject({ kind: 'refused', because: expect.stringContaining('ECONNREFUSED'), again: true });
});

test('with a certificate that it trusts it is restored over TLS', async () => {
  const { rdb, digest } = backupOf('installed');
  const certificate = await makeCertificate();
  const port = await freePort();
  const node = await start({ args: ['--tls-port', String(port), '--tls-replication', 'yes', ...certificate.args] });
  const door = { host: '127.0.0.1', port };
  const { cert, key } = certificate;
  const answer = await serveOver(LOG)(door, plainTarget({ seeds: [door], tls: { ca: cert, cert, key } }), {
    file: { bytes: rdb.length, open: () => inPieces(rdb) },
    tlsReplication: true,
    certificate: { cert, key, ca: cert },
  });
  if (answer.kind === 'refused') throw new Error(answer.because);
  await node.send('REPLICAOF', '127.0.0.1', String(answer.serving.address.port));
  await answer.serving.loaded;
  await node.send('REPLICAOF', 'NO', 'ONE');
  await answer.serving.close();
  expect(await node.send('DEBUG', 'DIGEST')).toBe(digest);
  await certificate.remove();
});
