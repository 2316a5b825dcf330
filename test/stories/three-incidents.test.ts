import { execFile } from 'node:child_process';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ALEX } from '../../demo/cast.ts';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { answer } from '../support/answer.ts';
import { openWhole, type Whole } from '../support/whole.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const MB = 1024 * 1024;
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  cleanups.push(() => started.stop());
  return started;
}

async function whole(...targets: Parameters<typeof openWhole>[0]): Promise<Whole> {
  const opened = await openWhole(targets);
  cleanups.push(() => opened.stop());
  return opened;
}

/** Writes until the server refuses. */
async function fill(target: RedisServer): Promise<void> {
  for (let at = 0; at < 100; at += 1) await target.send('SET', `cart:${at}`, 'x'.repeat(MB));
  for (let at = 0; !(await answer(target, 'SET', `item:${at}`, 'x'.repeat(10_000))).startsWith('OOM'); at += 1);
}

/** An application that writes all the time; errors are its problem. */
function application(target: RedisServer): void {
  let at = 0;
  const timer = setInterval(() => void target.send('SET', `app:${at++ % 50}`, 'v', 'EX', '60').catch(() => {}), 20);
  cleanups.push(async () => clearInterval(timer));
}

async function auditVerifies(bot: Whole): Promise<string> {
  await bot.bot.stop();
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'audit', 'verify', '--config', bot.configFile]);
  return stdout;
}

async function outcome(bot: Whole): Promise<string> {
  return bot.text(await bot.message(/^run_\w+\/outcome$/));
}

describe('from the alert to the verified repair', () => {
  test('out of memory: a full store gets more memory', { timeout: 180_000 }, async () => {
    const store = await server({ args: ['--maxmemory', '40mb', '--maxmemory-policy', 'noeviction', '--save', ''] });
    await fill(store);
    application(store);
    const bot = await whole({ name: 'prod-carts', servers: [store], purpose: 'session' });

    expect(await bot.alert('prod-carts')).toBe(202);
    const card = await bot.card(/Raise maxmemory/);
    expect(bot.text(card)).toContain('CONFIG SET maxmemory');
    await bot.click(ALEX, card, 'approve');

    expect(await outcome(bot)).toMatch(/erified/);
    const [, limit] = (await store.send('CONFIG', 'GET', 'maxmemory')) as string[];
    expect(Number(limit)).toBeGreaterThan(50 * MB);
    expect(await store.send('SET', 'one:more', 'x')).toBe('OK');
    expect(await auditVerifies(bot)).toMatch(/intact/);
  });

  test('replication break: a replica that follows a wrong address is pointed at its primary', {
    timeout: 90_000,
  }, async () => {
    const primary = await server();
    const replicas = [await server({ replicaOf: primary }), await server({ replicaOf: primary })];
    const [lost] = replicas as [RedisServer];
    application(primary);
    await lost.send('REPLICAOF', '127.0.0.1', String(await freePort()));
    const bot = await whole({ name: 'prod-cache', servers: [primary, ...replicas], purpose: 'cache' });

    expect(await bot.alert('prod-cache')).toBe(202);
    const card = await bot.card(/Point the replica at the primary/);
    expect(bot.text(card)).toContain(`REPLICAOF 127.0.0.1 ${primary.port}`);
    await bot.click(ALEX, card, 'review');
    const modal = await bot.workspace.waitFor(() => bot.workspace.views(ALEX).at(-1), { what: 'the review modal' });
    await bot.workspace.submitView({ user: ALEX, viewId: modal.id });

    expect(await outcome(bot)).toMatch(/erified/);
    expect(await answer(lost, 'INFO', 'replication')).toMatch(/master_link_status:up/);
    expect(await auditVerifies(bot)).toMatch(/intact/);
  });

  test('persistence blocking: writes are accepted again, and after the repair a snapshot is taken', {
    timeout: 120_000,
  }, async () => {
    const store = await server({ args: ['--save', '3600 1'] });
    await store.send('SET', 'order:1', 'paid');
    const blocker = join(store.dir, 'dump.rdb');
    await mkdir(blocker, { recursive: true });
    await store.send('BGSAVE');
    await expect.poll(() => answer(store, 'INFO', 'persistence')).toMatch(/rdb_last_bgsave_status:err/);
    expect(await answer(store, 'SET', 'order:2', 'x')).toMatch(/MISCONF/);
    const bot = await whole({ name: 'prod-orders', servers: [store], purpose: 'store' });

    expect(await bot.alert('prod-orders')).toBe(202);
    await bot.click(ALEX, await bot.card(/Accept writes although snapshots fail/), 'approve');
    expect(await outcome(bot)).toMatch(/erified/);
    expect(await store.send('SET', 'order:2', 'paid')).toBe('OK');

    await rmdir(blocker);
    await bot.click(ALEX, await bot.card(/Take a snapshot now/), 'review');
    const modal = await bot.workspace.waitFor(() => bot.workspace.views(ALEX).at(-1), { what: 'the review modal' });
    await bot.workspace.submitView({ user: ALEX, viewId: modal.id });
    await expect
      .poll(() => answer(store, 'INFO', 'persistence'), { timeout: 30_000 })
      .toMatch(/rdb_last_bgsave_status:ok/);
    expect(await auditVerifies(bot)).toMatch(/intact/);
  });
});
