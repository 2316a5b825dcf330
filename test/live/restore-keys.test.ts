import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { whyNotLoadable } from '../../src/domain/rdb-version.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { folderPlace } from '../../src/io/places/folder.ts';
import { until } from '../support/cluster.ts';
import { scratchFolder } from '../support/databases.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { deed, field, linked, mustPlanOn, perform, refusalOn, type Stage, stage } from '../support/restoring.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

interface Source {
  backup: Backup;
  digest: unknown;
}

let works: TestWorks;
const sources = new Map<string, Source>();
const running: RedisServer[] = [];

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function backUp(server: RedisServer): Promise<Backup> {
  const target = plainTarget({ seeds: [server] });
  const taken = await takeBackup(works.works, { target, node: server, reason: { kind: 'manual' } });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  return taken.backup;
}

beforeAll(async () => {
  works = await startWorks();
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    await fillWithEveryType(server);
    sources.set(binary.engine, { backup: await backUp(server), digest: await server.send('DEBUG', 'DIGEST') });
    await server.stop();
  }
}, 60_000);
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
afterAll(() => works.close());

function sourceOf({ engine }: Engine): Source {
  const source = sources.get(engine);
  if (!source) throw new Error(`no backup of ${engine}`);
  return source;
}

function putBack(on: Stage, backup: Backup, existing = 'keep'): Promise<string> {
  return deed(on, ['backup', 'restore-keys', backup.id, existing, '-', String(512 * 1024 * 1024)]);
}

/** Of a server that has loaded the file at its start. */
async function digestOfFile({ id }: Backup, binary: Engine): Promise<unknown> {
  const dir = await scratchFolder();
  await copyFile(join(works.folder, `${id}.rdb`), join(dir, 'dump.rdb'));
  const server = await start({ binary, dir });
  return server.send('DEBUG', 'DIGEST');
}

describe('values that are not held in memory', () => {
  test.each(ENGINES.map((binary) => [binary.engine, binary] as const))('come back on %s', async (_engine, binary) => {
    const from = await start({ binary });
    await from.send('CONFIG', 'SET', 'rdbcompression', 'no');
    await from.send('SETRANGE', 'text', String(24 * 1024 * 1024), 'x');
    await from.send('PEXPIREAT', 'text', '4102444800000');
    for (const command of [
      "for i=1,40000 do redis.call('HSET','hash',i,string.rep(i,12)) redis.call('ZADD','zset',i,string.rep(i,12)) end",
      "for i=1,40000 do redis.call('RPUSH','list',string.rep(i,12)) redis.call('XADD','stream','*','f',string.rep(i,12)) end",
    ])
      await from.send('EVAL', command, '0');
    await from.send('XGROUP', 'CREATE', 'stream', 'g', '0');
    const backup = await backUp(from);
    expect(backup.largest).toBeGreaterThan(24 * 1024 * 1024);
    const server = await start({ binary });
    const progress: string[] = [];
    const words = ['backup', 'restore-keys', backup.id, 'keep', '-', String(512 * 1024 * 1024)] as const;
    const said = await deed(stage(works, [server]), words, { progress: (text) => progress.push(text) });
    expect(said).toMatch(/^5 keys put back/);
    expect(progress.join('\n')).toMatch(/\d+ MiB of a value of 24 MiB sent/);
    expect(await server.send('DEBUG', 'DIGEST')).toBe(await from.send('DEBUG', 'DIGEST'));
    expect(await server.send('PEXPIRETIME', 'text')).toBe(4_102_444_800_000);
  });
});

describe('a value that is nearly as large as may be', () => {
  const MIB = 1024 * 1024;
  let backup: Backup;
  beforeAll(async () => {
    const from = await start({ args: ['--rdbcompression', 'no'] });
    await from.send('SETRANGE', 'large', String(15 * MIB), 'x');
    backup = await backUp(from);
  });

  test('does not cut off a replica, whose link bounds it', async () => {
    const args = ['--client-output-buffer-limit', 'replica 32mb 0 0'];
    const primary = await start({ args });
    const replica = await start({ args, replicaOf: primary });
    await linked(replica);
    const on = stage(works, [primary, replica], { memoryLimitBytes: 2 ** 30 });
    const plan = await mustPlanOn(on, 'restore-keys', { backup: backup.id });
    expect(plan.commands[1]?.argv.at(-1)).toBe(String(16 * MIB));
    expect(plan.impact.join(' ')).toContain(
      'Its largest value takes 15 MiB. While the server takes in a value of 15 MiB',
    );
    await perform(on, plan.commands);
    await expect.poll(() => replica.send('STRLEN', 'large'), { timeout: 10_000 }).toBe(15 * MIB + 1);
    expect(await field(primary, 'sync_full')).toBe('1');
    // Beyond the bound a replica would lose its link and start anew; the plan says beforehand that such a value stays away.
    await primary.send('CONFIG', 'SET', 'client-output-buffer-limit', 'replica 16mb 0 0');
    await primary.send('DEL', 'large');
    const less = await mustPlanOn(on, 'restore-keys', { backup: backup.id });
    expect(less.impact.join(' ')).toContain(
      'A value of more than 8 MiB is not carried (half of client-output-buffer-limit for replicas)',
    );
    await expect(perform(on, less.commands)).rejects.toThrow('1 are larger than the 8 MiB that are carried: "large"');
    expect(await primary.send('EXISTS', 'large')).toBe(0);
  });

  test('is not there when people stop it half way', async () => {
    const server = await start();
    const stop = new AbortController();
    const progress = (text: string) => {
      if (text.includes('of a value of')) stop.abort(new Error('it was cancelled between two commands'));
    };
    const words = ['backup', 'restore-keys', backup.id, 'keep', '-', String(512 * MIB)] as const;
    await expect(deed(stage(works, [server]), words, { signal: stop.signal, progress })).rejects.toThrow(
      'stopped: it was cancelled between two commands. Until then: 0 keys put back',
    );
    expect(await server.send('DBSIZE')).toBe(0);
    expect(await putBack(stage(works, [server]), backup)).toMatch(/^1 keys put back/);
  });

  test('goes no faster than it may', async () => {
    const server = await start();
    let waited = 0;
    const clock = {
      ...works.works.clock,
      sleep: async (ms: number) => {
        waited += ms;
      },
    };
    const slow = { ...works.works, clock, bytesPerSecond: MIB };
    const deeds = backupDeeds({ works: slow, hosts: works.hosts, serve: works.settings.serve });
    expect(await putBack({ ...stage(works, [server]), works: { ...works, deeds } }, backup)).toMatch(
      /^1 keys put back/,
    );
    expect(waited).toBeGreaterThan(5000);
  });
});

const PAIRS = ENGINES.flatMap((from) => ENGINES.map((into) => [from.engine, into.engine, from, into] as const));

function fits(from: Engine, into: Engine): boolean {
  const { backup } = sourceOf(from);
  return whyNotLoadable({ ...backup, version: backup.rdbVersion }, engineOf(into)) === undefined;
}

function engineOf({ engine, version }: Engine) {
  return { engine: engine.startsWith('valkey') ? ('valkey' as const) : ('redis' as const), version };
}

test.each(PAIRS)('into an empty server, from %s into %s', async (_from, _into, from, into) => {
  const { backup, digest } = sourceOf(from);
  const server = await start({ binary: into });
  const said = await putBack(stage(works, [server]), backup).catch((error: Error) => error.message);
  const whole = await server.send('DEBUG', 'DIGEST');
  // A newer engine reads a stream of 7.0 as another one: then it must be what the engine makes of the file itself.
  const wanted = from === into ? digest : fits(from, into) ? await digestOfFile(backup, into) : EMPTY;
  // What a plan refuses beforehand the server refuses too, at the first key.
  expect(said).toMatch(fits(from, into) ? ALL : /stopped: .*(?:payload|Bad data)/);
  expect(whole).toBe(wanted);
  expect(await server.send('FCALL', 'hello', '0', 'you')).toEqual(
    fits(from, into) ? 'hello you' : new ReplyError('ERR Function not found'),
  );
});
const ALL = /^926 keys put back \(.*\), 1 libraries of functions put back; (\d+) of \1 read back/;
const EMPTY = '0'.repeat(40);

describe('into a server that goes on', () => {
  const source = () => sourceOf(ENGINES[0] as Engine);

  /** What the file holds, and then something written, replaced and deleted. */
  async function usedServer(): Promise<RedisServer> {
    const server = await start();
    await fillWithEveryType(server);
    await server.send('SET', 'string:1', 'written since');
    await server.send('SET', 'new', 'written since');
    await server.send('UNLINK', 'stream:2', 'list:3', 'string:3', 'zset:odd');
    await server.send('EVAL', "redis.call('SELECT', 3) redis.call('DEL', 'elsewhere')", '0');
    await server.send('FUNCTION', 'FLUSH');
    await server.send('FUNCTION', 'LOAD', OTHER_LIBRARY);
    return server;
  }

  test('what is missing comes back, of every database and as it was; what is there stays', async () => {
    const server = await usedServer();
    const said = await putBack(stage(works, [server]), source().backup);
    expect(said).toMatch(
      /^5 keys put back \(.*\), 921 were there and kept, 1 libraries were there and kept; (\d) of \1 read/,
    );
    expect(await server.send('GET', 'string:1')).toBe('written since');
    expect(await server.send('GET', 'new')).toBe('written since');
    expect(await server.send('XLEN', 'stream:2')).toBe(99);
    expect(await server.send('PEXPIRETIME', 'string:3')).toBe(4_102_444_800_003);
    expect(await server.send('FCALL', 'hello', '0', 'you')).toBe('other you');
    // Done again, as after a restart of redis-medic, it changes nothing.
    const digest = await server.send('DEBUG', 'DIGEST');
    expect(await putBack(stage(works, [server]), source().backup)).toMatch(/^0 keys put back \(0 B\), 926 were there/);
    expect(await server.send('DEBUG', 'DIGEST')).toBe(digest);
  });

  test('what is there is replaced where that was chosen; what the file does not hold stays', async () => {
    const server = await usedServer();
    const on = stage(works, [server], { memoryLimitBytes: 2 ** 30 });
    const before = await server.send('DEBUG', 'DIGEST');
    const plan = await mustPlanOn(on, 'restore-keys', { backup: source().backup.id, existing: 'replace' });
    const said = await perform(on, plan.commands);
    expect(said.at(-2)).toMatch(/^926 keys put back \(.*\), 1 libraries of functions put back; (\d+) of \1 read back/);
    expect(said.at(-1)).toContain('is a primary with 927 keys; there is no replica');
    expect(await server.send('GET', 'new')).toBe('written since');
    expect(await server.send('FCALL', 'hello', '0', 'you')).toBe('hello you');
    await server.send('DEL', 'new');
    expect(await server.send('DEBUG', 'DIGEST')).toBe(source().digest);
    // And back, from the safety copy: nothing is lost by choosing wrong, but for keys that only the file had.
    const [safety] = (await works.works.catalog.list()).filter(({ reason }) => reason.kind === 'safety-copy');
    if (!safety) throw new Error('no safety copy');
    await perform(on, (await mustPlanOn(on, 'restore-keys', { backup: safety.id, existing: 'replace' })).commands);
    expect(await server.send('GET', 'string:1')).toBe('written since');
    await server.send('UNLINK', 'stream:2', 'list:3', 'string:3', 'zset:odd');
    await server.send('EVAL', "redis.call('SELECT', 3) redis.call('DEL', 'elsewhere')", '0');
    expect(await server.send('DEBUG', 'DIGEST')).toBe(before);
  });

  test('keys that have expired since are left out and counted', async () => {
    const from = await start();
    await from.send('SET', 'short', '1', 'PX', '1200');
    await from.send('MSET', 'long', '1', 'longer', '2');
    await from.send('EXPIRE', 'long', '1000');
    const backup = await backUp(from);
    await until(async () => (await from.send('EXISTS', 'short')) === 0);
    const server = await start();
    expect(await putBack(stage(works, [server]), backup)).toMatch(/^2 keys put back \(.*\), 1 have expired since;/);
    expect(await server.send('PEXPIRETIME', 'long')).toBe(await from.send('PEXPIRETIME', 'long'));
  });

  test('a replica has all of it too, and the data survives a crash', async () => {
    const primary = await start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const replica = await start({ replicaOf: primary });
    await linked(replica);
    const on = stage(works, [primary, replica], { memoryLimitBytes: 2 ** 30 });
    const plan = await mustPlanOn(on, 'restore-keys', { backup: source().backup.id });
    expect(plan.impact.join(' ')).toContain('As much goes to each of its 1 replicas and to the append-only file.');
    expect((await perform(on, plan.commands)).at(-1)).toContain('1 replicas hold them too');
    expect(await replica.send('DEBUG', 'DIGEST')).toBe(source().digest);
    primary.kill('SIGKILL');
    const again = await start({ args: ['--appendonly', 'yes'], dir: primary.dir });
    expect(await again.send('DEBUG', 'DIGEST')).toBe(source().digest);
  });
});

const OTHER_LIBRARY =
  "#!lua name=medic\nredis.register_function('hello', function(keys, args) return 'other ' .. args[1] end)\n";

describe('where not all can be put back it says exactly what was', () => {
  const source = () => sourceOf(ENGINES[0] as Engine);
  const failed = (on: Stage, words: readonly string[], over = {}) =>
    deed(on, ['backup', 'restore-keys', ...words], over).then(
      (said) => `done: ${said}`,
      (error: Error) => error.message,
    );

  const LARGEST = '16777216';

  test('a value that is too large is named, unless it is there and kept', async () => {
    const from = await start();
    await from.send('SET', 'small', '1');
    await from.send('SETRANGE', 'huge', String(17 * 1024 * 1024), 'x');
    await from.send('CONFIG', 'SET', 'rdbcompression', 'no');
    const backup = await backUp(from);
    const server = await start();
    const on = stage(works, [server]);
    expect(await failed(on, [backup.id, 'keep', '-', LARGEST])).toContain(
      'not all keys are back. 1 are larger than the 16 MiB that are carried: "huge" (17 MiB). 1 keys put back',
    );
    expect(await server.send('GET', 'small')).toBe('1');
    await server.send('SET', 'huge', 'another');
    expect(await failed(on, [backup.id, 'keep', '-', LARGEST])).toMatch(
      /^done: 0 keys put back \(0 B\), 2 were there and kept$/,
    );
    expect(await failed(on, [backup.id, 'replace', '-', LARGEST])).toContain('1 are larger than the 16 MiB');
    expect(await server.send('GET', 'huge')).toBe('another');
    expect(await failed(on, [backup.id, 'replace'])).toBe(
      'backup restore-keys '.concat(`${backup.id} replace: how much may be put back is not said`),
    );
  });

  test('one for which there is no memory stops it before it is sent', async () => {
    const from = await start({ args: ['--rdbcompression', 'no'] });
    await from.send('SETRANGE', 'huge', String(17 * 1024 * 1024), 'x');
    const backup = await backUp(from);
    const server = await start();
    const ceiling = String(40 * 1024 * 1024);
    expect(await failed(stage(works, [server]), [backup.id, 'keep', ceiling, '536870912'])).toMatch(
      /stopped: .* a large value takes .* more while it is put back, and the 40 MiB that it may use would soon/,
    );
    expect(await server.send('DBSIZE')).toBe(0);
  });

  test('the server is full', async () => {
    const server = await start({ args: ['--maxmemory-policy', 'noeviction'] });
    const on = stage(works, [server]);
    await server.send('CONFIG', 'SET', 'maxmemory', String(Number(await field(server, 'used_memory')) + 600_000));
    expect(await refusalOn(on, 'restore-keys', { backup: source().backup.id })).toContain('Raise maxmemory first');
    expect(await failed(on, [source().backup.id, 'keep', '-', LARGEST])).toMatch(
      /stopped: ".*" was refused: OOM [^.]*\. Until then: [1-9]\d* keys put back/,
    );
  });

  test('it would take more memory than it may', async () => {
    const server = await start();
    const on = stage(works, [server]);
    expect(await failed(on, [source().backup.id, 'keep', '1000', LARGEST])).toMatch(
      /stopped: .* uses .* of memory, and the 1000 B that it may use would soon be exceeded\. Until then: \d+ keys/,
    );
  });

  test('people stop it between two batches, and it can be done again to its end', async () => {
    const server = await start();
    const on = stage(works, [server]);
    const stop = new AbortController();
    const progress = (text: string) => {
      if (/^\d+ of 926 keys/.test(text)) stop.abort(new Error('it was cancelled between two commands'));
    };
    const said = await failed(on, [source().backup.id, 'keep', '-', LARGEST], { signal: stop.signal, progress });
    const [, put = '0'] = /stopped: it was cancelled .*\. Until then: (\d+) keys put back/.exec(said) ?? [];
    const there = async () =>
      (await Promise.all(['0', '3', '9'].map((db) => sizeOf(server, db)))).reduce((a, b) => a + b);
    expect(Number(put)).toBeGreaterThan(0);
    expect(await there()).toBe(Number(put));
    expect(await putBack(on, source().backup)).toContain(`${926 - Number(put)} keys put back`);
    expect(await server.send('DEBUG', 'DIGEST')).toBe(source().digest);
  });

  test('the server dies in the middle: what may be there is told, and the next attempt ends it', async () => {
    const args = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const server = await start({ args });
    const on = stage(works, [server]);
    const progress = (text: string) => {
      if (/^\d+ of 926 keys/.test(text)) server.kill('SIGKILL');
    };
    const said = await failed(on, [source().backup.id, 'keep', '-', LARGEST], { progress });
    const [, put = '0'] = /stopped: .*Until then: (\d+) keys put back/.exec(said) ?? [];
    expect(Number(put)).toBeGreaterThan(0);
    const again = await start({ args, dir: server.dir });
    expect(await putBack(stage(works, [again]), source().backup)).toMatch(/^\d+ keys put back .* were there and kept/);
    expect(await again.send('DEBUG', 'DIGEST')).toBe(source().digest);
  });

  test('the login may not, the server is a replica, the file was changed, or a database is not there', async () => {
    const server = await start({ args: ['--databases', '4'] });
    const on = stage(works, [server]);
    expect(await failed(on, [source().backup.id, 'keep', '-', LARGEST])).toMatch(
      /database 9 cannot be used: .*: nothing was sent$/,
    );
    expect(await server.send('DBSIZE')).toBe(0);

    const guarded = await start();
    await guarded.send('ACL', 'SETUSER', 'fix', 'on', '>p', '~cart:*', '+@all');
    const login = { credentials: { username: 'fix', password: 'p' } };
    expect(await failed(stage(works, [guarded], login), [source().backup.id, 'keep', '-', LARGEST])).toMatch(
      /stopped: ".*" was refused: NOPERM .*\. Until then: 0 keys put back/,
    );

    const replica = await start({ replicaOf: guarded });
    await linked(replica);
    expect(await refusalOn(stage(works, [replica]), 'restore-keys')).toContain('restore its primary');
    expect(await failed(stage(works, [replica]), [source().backup.id, 'keep', '-', LARGEST])).toContain(
      'is a replica: nothing was sent',
    );

    const { place } = works.works.catalog;
    const spy = vi.spyOn(place, 'read').mockImplementation(async function* (name) {
      for await (const chunk of folderPlace(works.folder).read(name)) {
        yield chunk.map((byte, index) => (index === 1000 ? byte ^ 1 : byte));
      }
    });
    expect(await failed(stage(works, [guarded]), [source().backup.id, 'keep', '-', LARGEST])).toMatch(
      /(?:SHA-256 is another|cannot be read: .*): nothing was sent$/,
    );
    spy.mockRestore();
    expect(await guarded.send('DBSIZE')).toBe(0);
  });
});

async function sizeOf(server: RedisServer, database: string): Promise<number> {
  return Number(await server.send('EVAL', "redis.call('SELECT', ARGV[1]) return redis.call('DBSIZE')", '0', database));
}
