import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { nodeName } from '../../src/domain/target.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { folderPlace } from '../../src/io/places/folder.ts';
import { ENGINES } from '../support/engines.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { field, linked, mustPlanOn, perform, refusalOn, stage } from '../support/restoring.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

let works: TestWorks;
let backup: Backup;
let digest: unknown;
const running: RedisServer[] = [];

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

beforeAll(async () => {
  works = await startWorks();
  const source = await startRedis();
  await fillWithEveryType(source);
  digest = await source.send('DEBUG', 'DIGEST');
  const target = plainTarget({ seeds: [source] });
  const taken = await takeBackup(works.works, { target, node: source, reason: { kind: 'manual' } });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  backup = taken.backup;
  await source.stop();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
afterAll(() => works.close());

const AOF = ['--appendonly', 'yes'];

describe('a restore gives back exactly what was backed up', () => {
  test.each<[string, string[], (server: RedisServer) => Promise<unknown>]>([
    ['an empty server', [], async () => {}],
    ['an empty server with AOF', AOF, async () => {}],
    ['a server with other data', [], (server: RedisServer) => server.send('MSET', 'other', '1', 'string:7', 'changed')],
    [
      'a server with other data, AOF and save points',
      [...AOF, '--save', '3600 1'],
      (server: RedisServer) => server.send('SET', 'other', '1'),
    ],
    ['a server with the same data', [], (server: RedisServer) => fillWithEveryType(server)],
    [
      'a server that keeps the old data until it has the new',
      ['--repl-diskless-load', 'swapdb'],
      (server: RedisServer) => server.send('SET', 'other', '1'),
    ],
  ])('into %s', async (_sentence, args, fill) => {
    const server = await start({ args });
    await fill(server);
    const on = stage(works, [server]);
    const plan = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
    const said = await perform(on, plan.commands);
    expect(said.at(-1)).toContain('is a primary with 926 keys');
    expect(await server.send('DEBUG', 'DIGEST')).toBe(digest);
    expect(await field(server, 'role')).toBe('master');
    // What matters is on the disk: a crash and a start bring it back.
    const left = args.includes('--appendonly') ? await crashAndStart(server, args) : server;
    expect(await left.send('DEBUG', 'DIGEST')).toBe(digest);
    expect(await left.send('SET', 'written', 'afterwards')).toBe('OK');
  });

  test('with a replica, which follows', async () => {
    const primary = await start();
    await primary.send('SET', 'other', '1');
    const replica = await start({ replicaOf: primary });
    await linked(replica);
    await expect.poll(() => field(primary, 'rdb_bgsave_in_progress')).toBe('0');
    const on = stage(works, [primary, replica]);
    const plan = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
    expect(plan.impact.join(' ')).toContain(
      `Its 1 replicas lose their data too and take a full copy of the restored data: ${nodeName(replica)}.`,
    );
    const said = await perform(on, plan.commands);
    expect(said.at(-1)).toContain('1 replicas hold them too');
    expect(await primary.send('DEBUG', 'DIGEST')).toBe(digest);
    expect(await replica.send('DEBUG', 'DIGEST')).toBe(digest);
    expect(await field(replica, 'role')).toBe('slave');
  });
});

describe('on every engine', () => {
  test.each(ENGINES.slice(1).map((binary) => [binary.engine, binary] as const))('%s', async (_name, binary) => {
    const source = await start({ binary });
    await fillWithEveryType(source);
    const target = plainTarget({ seeds: [source] });
    const taken = await takeBackup(works.works, { target, node: source, reason: { kind: 'manual' } });
    expect(taken).toMatchObject({ kind: 'taken', backup: { verification: { how: 'scratch', verdict: 'intact' } } });
    if (taken.kind !== 'taken') return;
    const server = await start({ binary, args: AOF });
    await server.send('SET', 'other', '1');
    const on = stage(works, [server]);
    const plan = await mustPlanOn(on, 'restore-over-wire', { backup: taken.backup.id });
    await perform(on, plan.commands);
    expect(await server.send('DEBUG', 'DIGEST')).toBe(await source.send('DEBUG', 'DIGEST'));
    // Some engines rewrite their append-only file once more.
    await expect.poll(() => field(server, 'aof_rewrite_in_progress'), { timeout: 15_000 }).toBe('0');
    // What an older server wrote is taken as well.
    const older = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
    await perform(on, older.commands);
    expect(await server.send('DBSIZE')).toBe(924);
    // The installed server is older than what this one writes, and says so before anything is sent.
    const installed = await start();
    const refused = await refusalOn(stage(works, [installed]), 'restore-over-wire', { backup: taken.backup.id });
    expect(refused).toMatch(taken.backup.rdbVersion > 10 ? /wrote it as RDB version/ : /^$/);
  });
});

async function crashAndStart(server: RedisServer, args: readonly string[]): Promise<RedisServer> {
  server.kill('SIGKILL');
  return start({ args, dir: server.dir });
}

test('the safety copy brings the data from before back', async () => {
  const server = await start();
  await server.send('MSET', 'before', '1', 'also', '2');
  const before = await server.send('DEBUG', 'DIGEST');
  const on = stage(works, [server]);
  const plan = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
  await perform(on, plan.commands);
  const [safety] = (await works.works.catalog.list()).filter(({ reason }) => reason.kind === 'safety-copy');
  const back = await mustPlanOn(on, 'restore-over-wire', { backup: safety?.id });
  await perform(on, back.commands);
  expect(await server.send('DEBUG', 'DIGEST')).toBe(before);
});

test('stopped after the server has followed, the way back makes it a primary again', async () => {
  const server = await start();
  await server.send('SET', 'before', '1');
  const on = stage(works, [server]);
  const plan = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
  const at = plan.commands.findIndex(({ argv }) => argv[0] === 'REPLICAOF');
  const [follow] = plan.commands.slice(at);
  // Nobody serves the file, as after a crash of redis-medic.
  await perform(on, [{ ...follow, until: undefined } as never]);
  expect(await field(server, 'role')).toBe('slave');
  await perform(on, plan.otherwise ?? []);
  expect(await field(server, 'role')).toBe('master');
  expect(await server.send('GET', 'before')).toBe('1');
});

test('a file that was changed is never served', async () => {
  const server = await start();
  await server.send('SET', 'before', '1');
  const on = stage(works, [server]);
  const plan = await mustPlanOn(on, 'restore-over-wire', { backup: backup.id });
  const { place } = works.works.catalog;
  const changed: typeof place.read = async function* (name) {
    for await (const chunk of folderPlace(works.folder).read(name)) {
      yield chunk.map((byte, index) => (index === 1000 ? byte ^ 1 : byte));
    }
  };
  const spy = vi.spyOn(place, 'read').mockImplementation(changed);
  await expect(perform(on, plan.commands)).rejects.toThrow(`${backup.id} is broken`);
  spy.mockRestore();
  expect(await field(server, 'role')).toBe('master');
  expect(await server.send('DBSIZE')).toBe(1);
  await works.works.catalog.describe(backup);
});

describe('refused, on real servers', () => {
  test('a replica', async () => {
    const primary = await start();
    const replica = await start({ replicaOf: primary });
    await linked(replica);
    expect(await refusalOn(stage(works, [replica]), 'restore-over-wire')).toContain(
      `is a replica of 127.0.0.1: restore its primary`,
    );
  });

  test('a cluster node, whose slots the keys may not belong to', async () => {
    const server = await start({ args: ['--cluster-enabled', 'yes'] });
    expect(await refusalOn(stage(works, [server]), 'restore-over-wire')).toContain('refuses REPLICAOF');
    expect(await server.send('REPLICAOF', '127.0.0.1', '1')).toHaveProperty(
      'message',
      expect.stringContaining('cluster'),
    );
  });

  test('a server whose maxmemory the data does not fit', async () => {
    const server = await start({ args: ['--maxmemory', '1mb'] });
    expect(await refusalOn(stage(works, [server]), 'restore-over-wire')).toContain('keys would be evicted');
  });

  test('a backup that is not there, and one without keys', async () => {
    const server = await start();
    const on = stage(works, [server]);
    expect(await refusalOn(on, 'restore-over-wire', { backup: 'bak_20260101-000000-aaaaaa' })).toContain(
      'there is no backup',
    );
  });
});
