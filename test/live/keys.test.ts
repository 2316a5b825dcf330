import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Address } from '../../src/domain/target.ts';
import { keptKeys } from '../../src/io/kept-keys.ts';
import { startCluster } from '../support/cluster.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { Remedy } from '../support/remedy.ts';

const open: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function start(binary: Engine, args: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis({ binary, args: ['--enable-debug-command', 'local', ...args] });
  open.push(server);
  return server;
}

async function bot(servers: readonly Address[], over = {}): Promise<Remedy & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'medic-kept-'));
  const clock = { now: () => Date.now() };
  const remedy = await Remedy.open(
    servers,
    over,
    (to) => new Map([['keys', keptKeys({ servers: to, folder, clock })]]),
  );
  open.push({
    stop: async () => {
      await remedy.close();
      await rm(folder, { recursive: true });
    },
  });
  return Object.assign(remedy, { folder });
}

const TWO = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-9.1');
const VERIFIED = { state: 'finished', verdict: 'verified' };
const digest = (server: RedisServer) => server.send('DEBUG', 'DIGEST');

async function fill(server: RedisServer): Promise<void> {
  await server.send('SET', 'text', 'secret-value');
  await server.send('SET', 'two words', 'x', 'PX', '36000000');
  await server.send('HSET', 'hash', 'f', 'v');
  await server.send('RPUSH', 'list', 'a', 'b');
  await server.send('ZADD', 'zset', '1', 'a');
  await server.send('XADD', 'stream', '5-1', 'f', 'v');
  await server.send('XGROUP', 'CREATE', 'stream', 'g', '0');
  await server.send('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'stream', '>');
  await server.send('SET', 'other', 'stays');
}

describe.each(TWO)('$engine', (binary) => {
  test('keys are deleted by name with a login that can do nothing else, and put back by the undo', async () => {
    const server = await start(binary);
    await fill(server);
    const classes = ['unlink', 'dump', 'restore', 'select', 'type', 'pttl', 'memory|usage'].map((one) => `+${one}`);
    await server.send('ACL', 'SETUSER', 'fixer', 'on', '>secret', '~*', '-@all', '+ping', ...classes);
    const remedy = await bot([server], { remediate: { username: 'fixer', password: 'secret' } });
    const before = await digest(server);
    const names = ['text', 'two words', 'hash', 'list', 'zset', 'stream', 'gone'];
    const done = await remedy.run('unlink-named-keys', { keys: 'text "two words" hash list zset stream gone' });
    expect(done.run).toMatchObject(VERIFIED);
    expect(await server.send('EXISTS', ...names)).toBe(0);
    expect(await server.send('EXISTS', 'other')).toBe(1);
    const said = JSON.stringify([done.proposal, done.rows]);
    expect(said).toContain('6 keys');
    expect(said).not.toContain('secret-value');
    const [file = ''] = await readdir(remedy.folder);
    expect((await stat(join(remedy.folder, file))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(remedy.folder, file), 'utf8')).toContain('two words');
    const undone = await remedy.undo(done);
    expect(undone.run).toMatchObject(VERIFIED);
    expect(await digest(server)).toBe(before);
    expect(Number(await server.send('PTTL', 'two words'))).toBeGreaterThan(35_000_000);
  });

  test('another database is meant where one is named, and none but that one is touched', async () => {
    const server = await start(binary);
    await server.send('EVAL', "redis.call('select', 3) redis.call('set', 'k', 'three')", '0');
    await server.send('SET', 'k', 'zero');
    const remedy = await bot([server]);
    const done = await remedy.run('unlink-named-keys', { keys: 'k', db: 3 });
    expect(done.rows.map(({ label }) => label).at(-1)).toContain('[3]> UNLINK k');
    expect(await server.send('GET', 'k')).toBe('zero');
    expect(await server.send('EVAL', "redis.call('select', 3) return redis.call('exists', 'k')", '0')).toBe(0);
    await remedy.undo(done);
    expect(await server.send('EVAL', "redis.call('select', 3) return redis.call('get', 'k')", '0')).toBe('three');
  });

  test('what an application has made anew is not overwritten by the undo, and that is said', async () => {
    const server = await start(binary);
    await fill(server);
    const remedy = await bot([server]);
    const done = await remedy.run('unlink-named-keys', { keys: 'text hash' });
    await server.send('SET', 'text', 'new');
    const { run } = await remedy.undo(done);
    expect(run.state).toBe('failed');
    expect(run.note).toContain('1 exist again');
    expect(await server.send('GET', 'text')).toBe('new');
    expect(await server.send('HGET', 'hash', 'f')).toBe('v');
  });

  test('a key that is made anew as another type between approval and run is not deleted', async () => {
    const server = await start(binary);
    await fill(server);
    const remedy = await bot([server]);
    const proposal = await remedy.keep(await remedy.mustPlan('unlink-named-keys', { keys: 'text' }));
    await server.send('DEL', 'text');
    await server.send('LPUSH', 'text', 'a');
    const { run } = await remedy.approve(proposal);
    expect(run.state).toBe('refused');
    expect(run.note).toContain('is a list now');
    expect(await server.send('EXISTS', 'text')).toBe(1);
  });

  test('too much to copy aside is refused until somebody says that no copy is wanted', async () => {
    const server = await start(binary);
    await server.send('SETRANGE', 'fat', '17000000', 'x');
    const remedy = await bot([server]);
    expect(await remedy.plan('unlink-named-keys', { keys: 'fat' })).toContain('too much to copy aside');
    const done = await remedy.run('unlink-named-keys', { keys: 'fat', copy: 'none' });
    expect(done.run).toMatchObject(VERIFIED);
    expect(await server.send('EXISTS', 'fat')).toBe(0);
    await expect(remedy.undo(done)).rejects.toThrow('nothing');
  });

  test('keys get an expiry and lose it again', async () => {
    const server = await start(binary);
    await server.send('SET', 'forever', 'v');
    await server.send('SET', 'long', 'v', 'EX', '90000');
    const remedy = await bot([server]);
    expect(await remedy.plan('expire-keys', { keys: 'forever gone' })).toContain('there is no key "gone"');
    const done = await remedy.run('expire-keys', { keys: 'forever long', after: 3600 });
    expect(done.run).toMatchObject(VERIFIED);
    for (const key of ['forever', 'long']) expect(Number(await server.send('TTL', key))).toBeGreaterThan(3500);
    for (const key of ['forever', 'long']) expect(Number(await server.send('TTL', key))).toBeLessThan(3601);
    expect((await remedy.undo(done)).run).toMatchObject(VERIFIED);
    expect(await server.send('TTL', 'forever')).toBe(-1);
    expect(Number(await server.send('TTL', 'long'))).toBeGreaterThan(89_900);
    expect(await remedy.plan('expire-keys', { keys: 'long', after: 86_400 * 9 })).toContain('longer than it does now');
  });

  test('a stream is cut as far as every group has read and acknowledged, and no further unless that is said', async () => {
    const server = await start(binary);
    const add = "for i = 1, 1000 do redis.call('XADD', KEYS[1], i .. '-1', 'f', 'v') end";
    await server.send('EVAL', add, '1', 's');
    const remedy = await bot([server]);
    expect(await remedy.plan('trim-stream', { key: 's', keep: 100 })).toContain('no consumer group');
    await server.send('XGROUP', 'CREATE', 's', 'g', '0');
    expect(await remedy.plan('trim-stream', { key: 's', keep: 100 })).toContain('has not read 900');
    await server.send('EVAL', "redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 950, 'STREAMS', 's', '>')", '0');
    expect(await remedy.plan('trim-stream', { key: 's', keep: 100 })).toContain('has not acknowledged 950');
    await server.send('EVAL', "for i = 1, 950 do redis.call('XACK', 's', 'g', i .. '-1') end", '0');
    expect(await remedy.plan('trim-stream', { key: 's', keep: 40 })).toContain('has not read 10');
    expect(await remedy.plan('trim-stream', { key: 's', keep: 1000 })).toContain('not more than');
    const done = await remedy.run('trim-stream', { key: 's', keep: 100 });
    expect(done.run).toMatchObject(VERIFIED);
    const left = Number(await server.send('XLEN', 's'));
    expect(left).toBeGreaterThanOrEqual(100);
    expect(left).toBeLessThan(250);
  });

  test('a dead consumer is removed when it holds nothing, and comes back with the undo', async () => {
    const server = await start(binary);
    await server.send('XADD', 's', '1-1', 'f', 'v');
    await server.send('XGROUP', 'CREATE', 's', 'g', '0');
    await server.send('XREADGROUP', 'GROUP', 'g', 'dead', 'STREAMS', 's', '>');
    const remedy = await bot([server]);
    const values = { key: 's', group: 'g', consumer: 'dead' };
    expect(await remedy.plan('remove-dead-consumer', values)).toContain('holds 1 entries');
    await server.send('XACK', 's', 'g', '1-1');
    expect(await remedy.plan('remove-dead-consumer', values)).toContain('it is at work');
    expect(await remedy.plan('remove-dead-consumer', { ...values, consumer: 'who' })).toContain('has no consumer');
    // Nobody waits an hour here: the answer of the server with that much more idle time.
    const { argv, undo } = await remedy.planLater('delete-consumer', values);
    const names = async () => JSON.stringify(await server.send('XINFO', 'CONSUMERS', 's', 'g'));
    expect(await server.send(...argv)).toBe(0);
    expect(await names()).toBe('[]');
    expect(await server.send(...undo)).toBe(1);
    expect(await names()).toContain('"dead"');
  });

  test('names of keys stay names, whatever is in them', async () => {
    const server = await start(binary);
    const remedy = await bot([server]);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), async (name) => {
        const key = name.toWellFormed();
        await server.send('SET', key, 'v');
        await server.send('SET', 'bystander', 'v');
        const shelf = remedy.ports.shelves.actions;
        const planned = await remedy.planAction(shelf.get('unlink-keys'), { keys: [key] });
        expect(planned.commands.at(-1)?.argv).toEqual(['UNLINK', key]);
        for (const line of planned.impact) expect(line).not.toMatch(/[\n\r\p{Cc}]/u);
        for (const { node, argv } of planned.commands.filter(({ via }) => via === undefined)) {
          expect(node).toContain(String(server.port));
          const [head, ...words] = argv;
          expect(await server.send(head, ...words)).toBe(1);
        }
        expect(await server.send('EXISTS', key)).toBe(0);
        expect(await server.send('EXISTS', 'bystander')).toBe(1);
      }),
      { numRuns: 15 },
    );
  });
});

test('in a cluster each key is deleted where its slot is', async () => {
  const cluster = await startCluster({ replicas: 0 });
  open.push(cluster);
  const at = async (key: string, ...words: [string, ...string[]]) => {
    for (const node of cluster.primaries) {
      const reply = await node.send(...words);
      if (!(typeof reply === 'object' && reply !== null && 'message' in reply)) return reply;
    }
    throw new Error(`nobody has ${key}`);
  };
  const keys = ['a', 'b', 'c', 'd', 'cart:{1}:x', 'cart:{1}:y'];
  for (const key of keys) await at(key, 'SET', key, `value of ${key}`);
  const remedy = await bot(cluster.primaries.slice(0, 1), { kind: 'cluster' });
  expect(await remedy.plan('unlink-named-keys', { keys: 'a', db: 1 })).toMatch(/database 0 only|DB index|SELECT/);
  const done = await remedy.run('unlink-named-keys', { keys: keys.join(' ') });
  expect(done.run).toMatchObject(VERIFIED);
  expect(done.rows.filter(({ label }) => /UNLINK .*\{1\}/.test(label))).toHaveLength(1);
  for (const key of keys) expect(await at(key, 'EXISTS', key)).toBe(0);
  expect((await remedy.undo(done)).run).toMatchObject(VERIFIED);
  for (const key of keys)
    await vi.waitFor(async () => expect(await at(key, 'GET', key)).toBe(`value of ${key}`), 10_000);
});
