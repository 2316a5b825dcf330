import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { ALEX, SAM } from '../../demo/cast.ts';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { field, linked } from '../support/restoring.ts';
import { openWhole, type Whole } from '../support/whole.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  cleanups.push(() => started.stop());
  return started;
}

/** A bot that keeps backups, for one store. */
async function whole(servers: readonly RedisServer[], serve = {}): Promise<Whole> {
  const folder = await mkdtemp(join(tmpdir(), 'medic-backups-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const settings = { folder, serve: { host: '127.0.0.1', port: await freePort() }, ...serve };
  const opened = await openWhole(
    [{ name: 'prod-shop', servers, purpose: 'store', more: ['objectives: { backup_age: 24h }'] }],
    { more: [`backups: ${JSON.stringify(settings)}`] },
  );
  cleanups.push(() => opened.stop());
  return opened;
}

async function medic(bot: Whole, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--config', bot.configFile]);
  return stdout;
}

/** Two people read the plan, type the name and approve. */
async function approve(bot: Whole, title: RegExp): Promise<void> {
  const card = await bot.card(title);
  for (const user of [ALEX, SAM]) {
    await bot.click(user, card, 'review');
    const modal = await bot.workspace.waitFor(() => bot.workspace.views(user).at(-1), { what: 'the plan' });
    expect(await bot.workspace.submitView({ user, viewId: modal.id, values: { typed: 'prod-shop' } })).toMatchObject({
      errors: {},
    });
  }
}

test('from FLUSHALL to the verified restore, replica included', { timeout: 180_000 }, async () => {
  const primary = await server({ args: ['--appendonly', 'yes'] });
  await fillWithEveryType(primary);
  const replica = await server({ replicaOf: primary });
  await linked(replica);
  const digest = await primary.send('DEBUG', 'DIGEST');
  const bot = await whole([primary, replica]);

  expect(await medic(bot, 'backup', 'take', 'prod-shop')).toMatch(
    /^bak_.*926 keys of .*\nSHA-256 .*\nIntact: redis 7\.0\.15 loaded it/,
  );
  await primary.send('FLUSHALL');
  await bot.alert('prod-shop');
  await approve(bot, /Restore a backup/);

  const outcome = bot.text(await bot.message(/^run_\w+\/outcome$/));
  expect(outcome).toContain('Verified');
  expect(outcome).toContain('6 of 6 done');
  expect(await primary.send('DEBUG', 'DIGEST')).toBe(digest);
  expect(await replica.send('DEBUG', 'DIGEST')).toBe(digest);
  expect(await primary.send('SET', 'afterwards', '1')).toBe('OK');
  expect([await field(primary, 'role'), await field(replica, 'role')]).toEqual(['master', 'slave']);
  await bot.bot.stop();
  expect(await medic(bot, 'audit', 'verify')).toContain('intact');
});

test('killed with -9 while the server takes the file, the bot makes it a primary again and says what was sent', {
  timeout: 180_000,
}, async () => {
  const primary = await server();
  await fillWithEveryType(primary);
  const bot = await whole([primary], { rate_limit: '64kb' });
  await medic(bot, 'backup', 'take', 'prod-shop');
  await primary.send('FLUSHALL');
  await primary.send('SET', 'left', 'over');
  await bot.alert('prod-shop');
  await approve(bot, /Restore a backup/);
  await expect.poll(() => field(primary, 'role'), { timeout: 60_000, interval: 20 }).toBe('slave');
  await bot.kill();

  await bot.restart();
  await expect.poll(() => field(primary, 'role'), { timeout: 90_000 }).toBe('master');
  const outcome = bot.text(await bot.message(/^run_\w+\/outcome$/));
  expect(outcome).not.toContain('Verified');
  expect(outcome).toContain('The way back was sent');
  expect(await primary.send('GET', 'left')).toBe('over');
  expect(await primary.send('SET', 'afterwards', '1')).toBe('OK');
});
