import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { ReplyError } from '../../src/domain/command.ts';
import type { Target } from '../../src/domain/target.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { makeCertificate } from '../support/certificate.ts';
import { ENGINES } from '../support/engines.ts';
import { field, mustPlanOn, refusalOn, stage } from '../support/restoring.ts';
import { MASTER, settled, startSentinels } from '../support/sentinels.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

let works: TestWorks;
let backup: Backup;
const running: { stop(): Promise<void> }[] = [];

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

beforeAll(async () => {
  works = await startWorks();
  const source = await startRedis();
  await source.send('MSET', 'a', '1', 'b', '2');
  const target = plainTarget({ seeds: [source] });
  const taken = await takeBackup(works.works, { target, node: source, reason: { kind: 'manual' } });
  await source.stop();
  if (taken.kind !== 'taken') throw new Error(taken.because);
  backup = taken.backup;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(() => works.close());

const refusalFor = (server: RedisServer, over: Partial<Target> = {}) =>
  refusalOn(stage(works, [server], over), 'restore-over-wire', { backup: backup.id });

/** A reply that is not an error. */
async function obeyed(server: RedisServer, ...words: [string, ...string[]]): Promise<void> {
  const reply = await server.send(...words);
  if (reply instanceof ReplyError) throw reply;
}

test('a group that Sentinel watches, which would fail over as soon as its primary follows us', async () => {
  const primary = await start();
  const replica = await start({ replicaOf: primary });
  const sentinels = await startSentinels({ primary, quorum: 2 });
  running.push(...sentinels);
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, 1)));
  const watched: Partial<Target> = {
    kind: 'sentinel',
    sentinel: { seeds: sentinels, master: MASTER, credentials: {} },
  };
  expect(await refusalFor(primary, watched)).toContain('Sentinel watches this group');
  // Its connections give it away also where medic.yml does not speak of it.
  expect(await refusalFor(primary)).toContain('Sentinel watches this group');
  expect(await field(replica, 'role')).toBe('slave');
});

test('one that wants TLS of its primary, for which there is no certificate here', async () => {
  const certificate = await makeCertificate();
  running.push({ stop: () => certificate.remove() });
  const server = await start({ args: [...certificate.args, '--tls-replication', 'yes'] });
  expect(await refusalFor(server)).toContain('wants TLS of its primary (tls-replication yes)');
  await obeyed(server, 'CONFIG', 'SET', 'tls-replication', 'no');
  expect(await refusalFor(server)).toBe('');
});

test('data of a module that the server has not loaded', async () => {
  const server = await start();
  const { catalog } = works.works;
  await catalog.describe({ ...backup, modules: ['ReJSON'] });
  expect(await refusalFor(server)).toContain('holds data of the module ReJSON');
  await catalog.describe(backup);
  expect(await refusalFor(server)).toBe('');
});

test('one that saves right now, until it has saved', async () => {
  const server = await start({ args: ['--rdb-key-save-delay', '5000000'] });
  await server.send('MSET', 'a', '1', 'b', '2');
  await obeyed(server, 'BGSAVE');
  expect(await refusalFor(server)).toContain('is writing a snapshot');
});

test('one that loads', async () => {
  const first = await start({ args: ['--save', '3600 1'] });
  await obeyed(first, 'DEBUG', 'POPULATE', '5000');
  await obeyed(first, 'SAVE');
  first.kill('SIGKILL');
  const slowly = ['--key-load-delay', '5000', '--loading-process-events-interval-bytes', '1024'];
  const server = await start({ args: slowly, dir: first.dir });
  expect(await refusalFor(server)).toMatch(/is loading/);
});

test('one whose clients could write into what is restored', async () => {
  const server = await start();
  await obeyed(server, 'CONFIG', 'SET', 'replica-read-only', 'no');
  expect(await refusalFor(server)).toContain('clients could write into what is being restored');
  await obeyed(server, 'CONFIG', 'SET', 'replica-read-only', 'yes');
  expect(await refusalFor(server)).toBe('');
});

const FLUSHES_FIRST = ENGINES.filter(({ engine, version }) => !engine.startsWith('valkey') && version.startsWith('8.'));

test.each(FLUSHES_FIRST)('$engine: one that empties itself before the transfer begins', async (binary) => {
  const server = await start({ binary });
  const set = await server.send('CONFIG', 'SET', 'repl-diskless-load', 'flush-before-load');
  const refused = await refusalFor(server);
  // Where the engine does not know the value yet there is nothing to refuse.
  expect(refused).toMatch(set instanceof ReplyError ? /^$/ : /a transfer that breaks off would leave it empty/);
});

test('a machine without room for the old data beside the new', async () => {
  const server = await start({ args: ['--repl-diskless-load', 'swapdb'] });
  await obeyed(server, 'DEBUG', 'POPULATE', '50000', 'key', '100');
  const used = Number(await field(server, 'used_memory'));
  expect(await refusalFor(server, { memoryLimitBytes: used + 100_000 })).toContain(
    'the old data stays until the new is loaded',
  );
  const plan = await mustPlanOn(stage(works, [server], { memoryLimitBytes: 2 ** 30 }), 'restore-over-wire');
  expect(plan.risk).toBe('destructive');
});
