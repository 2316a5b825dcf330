import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { INCIDENTS_CHANNEL } from '../../demo/cast.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { TargetName } from '../../src/domain/ids.ts';
import type { Point } from '../../src/domain/series.ts';
import { nodeName } from '../../src/domain/target.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { scratchFolder } from '../support/databases.ts';
import { startPostgres } from '../support/postgres.ts';
import { openWhole } from '../support/whole.ts';

const WORKER = fileURLToPath(new URL('../support/watch-worker.ts', import.meta.url));
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  cleanups.push(() => server.stop());
  return server;
}

async function fill(server: RedisServer): Promise<void> {
  for (let at = 0; at < 18; at += 1) await server.send('SET', `cart:${at}`, 'x'.repeat(1024 * 1024));
}

test('no alert comes: the bot opens the thread when memory fills, keeps its history through a crash, and closes it', {
  timeout: 120_000,
}, async () => {
  const server = await start({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  const bot = await openWhole([{ name: 'prod-carts', servers: [server], purpose: 'store' }], {
    more: ['watch: { every: 1s, raise_after: 3s }'],
  });
  cleanups.push(() => bot.stop());
  await sleep(5000);
  expect(bot.workspace.messages(INCIDENTS_CHANNEL)).toEqual([]);

  await fill(server);
  const root = await bot.message(/^inc_\w+\/root$/, (text) => text.includes('Memory is at'));
  expect(bot.text(root)).toContain('watch saw memory-near-maxmemory');
  await bot.message(/^inc_\w+\/diagnosis$/, (text) => text.includes('memory-near-maxmemory'));
  const crashed = Date.now();
  await bot.kill();
  await bot.restart();

  await server.send('FLUSHALL');
  const closed = await bot.message(/^inc_\w+\/root$/, (text) => text.includes('resolved'));
  expect(bot.text(closed)).toContain('what was found is gone');
  expect(bot.workspace.messages(INCIDENTS_CHANNEL)).toHaveLength(1);

  await bot.bot.stop();
  const store = await openStore({ folder: join(dirname(bot.configFile), 'data') });
  cleanups.push(() => store.close());
  const series = await store.transaction((tx) => tx.seriesOf(TargetName.parse('prod-carts'), 0));
  const points = series.get(nodeName(server)) ?? [];
  expect(points.filter(({ at }) => at < crashed).length).toBeGreaterThanOrEqual(5);
  expect(points.filter(({ at }) => at > crashed).length).toBeGreaterThanOrEqual(3);
  expect(points.length).toBeLessThanOrEqual(seconds(points) + 2);
});

test('of two processes on one PostgreSQL one takes each sample, and either goes on alone', {
  timeout: 60_000,
}, async () => {
  const [server, postgres] = await Promise.all([start(), startPostgres()]);
  cleanups.push(() => postgres.stop());
  const databaseUrl = await postgres.database();
  const store = await openStore({ databaseUrl, folder: await scratchFolder() });
  cleanups.push(() => store.close());
  const workers = [await scratchFolder(), await scratchFolder()].map((folder) => work(databaseUrl, folder, server));
  const target = TargetName.parse(nodeName(server));
  const points = async () => (await store.transaction((tx) => tx.seriesOf(target, 0))).get(nodeName(server)) ?? [];

  await expect.poll(async () => (await points()).length, { timeout: 30_000, interval: 200 }).toBeGreaterThanOrEqual(8);
  expect((await points()).length).toBeLessThanOrEqual(seconds(await points()) + 2);
  expect(workers.map(({ windows }) => windows() > 0)).toEqual([true, true]);

  workers[0]?.child.kill('SIGKILL');
  const soFar = (await points()).length;
  await expect.poll(async () => (await points()).length, { timeout: 30_000, interval: 200 }).toBeGreaterThan(soFar + 4);
  expect((await points()).length).toBeLessThanOrEqual(seconds(await points()) + 2);
});

function work(
  databaseUrl: string,
  folder: string,
  server: RedisServer,
): { child: ChildProcess; windows: () => number } {
  const child = spawn(process.execPath, [WORKER, databaseUrl, folder, String(server.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout?.on('data', (chunk: Buffer) => (told += chunk));
  const ended = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, windows: () => told.split('\n').length - 1 };
}

/** From the first to the last sample, which are a second apart. */
function seconds(points: readonly Point[]): number {
  return ((points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)) / 1000;
}
