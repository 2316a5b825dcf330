import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { ALEX } from '../../demo/cast.ts';
import { SLOTS } from '../../src/domain/cluster.ts';
import { keySlot } from '../../src/domain/keys/key-slot.ts';
import { nodeName } from '../../src/domain/target.ts';
import { startCluster } from '../support/cluster.ts';
import { openWhole } from '../support/whole.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('a shard of a cluster loses its keys, and one approval in Slack brings them back while clients go on', {
  timeout: 180_000,
}, async () => {
  const cluster = await startCluster({ replicas: 0 });
  cleanups.push(() => cluster.stop());
  const folder = await mkdtemp(join(tmpdir(), 'medic-backups-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const [shard, ...others] = cluster.primaries;
  if (!shard) throw new Error('no shard');
  for (let at = 0; at < 120; at += 1) {
    const key = `cart:${at}`;
    await cluster.primaries[Math.floor((keySlot(key) * 3) / SLOTS)]?.send('SET', key, `of ${key}`);
  }
  const digests = await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')));
  const bot = await openWhole([{ name: 'prod-shop', servers: [shard], purpose: 'store', kind: 'cluster' }], {
    more: [`backups: ${JSON.stringify({ folder })}`],
  });
  cleanups.push(() => bot.stop());
  const medic = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, [MAIN, ...words, '--config', bot.configFile])).stdout;
  const taken = await medic('backup', 'take', 'prod-shop');
  for (const server of cluster.primaries) expect(taken).toContain(`of ${nodeName(server)}`);

  await shard.send('FLUSHALL');
  await bot.alert('prod-shop');
  const card = await bot.card(/Put the keys of a backup back/);
  expect(bot.text(card)).toContain('and 0 in slots of other nodes');
  await bot.click(ALEX, card, 'review');
  const plan = await bot.workspace.waitFor(() => bot.workspace.views(ALEX).at(-1), { what: 'the plan' });
  await bot.workspace.submitView({ user: ALEX, viewId: plan.id, values: {} });

  const outcome = bot.text(await bot.message(/^run_\w+\/outcome$/));
  expect(outcome).toContain('Verified');
  expect(await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')))).toEqual(digests);
  expect(others).toHaveLength(2);
  await bot.bot.stop();
  expect(await medic('audit', 'verify')).toContain('intact');
});
