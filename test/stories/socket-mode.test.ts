import { afterEach, expect, test } from 'vitest';
import { ALEX, INCIDENTS_CHANNEL, RILEY } from '../../demo/cast.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { openWhole, type Whole } from '../support/whole.ts';

const MB = 1024 * 1024;

let store: RedisServer | undefined;
let whole: Whole | undefined;

afterEach(async () => {
  await whole?.stop();
  await store?.stop();
});

test('in Socket Mode a command leads to an approved and verified repair, across a connection that is lost', {
  timeout: 90_000,
}, async () => {
  store = await startRedis({ args: ['--maxmemory', '40mb', '--maxmemory-policy', 'noeviction'] });
  for (let at = 0; !((await store.send('SET', `cart:${at}`, 'x'.repeat(MB))) instanceof ReplyError); at += 1);
  whole = await openWhole([{ name: 'prod-carts', servers: [store], purpose: 'session' }], { mode: 'socket' });
  const { workspace } = whole;
  const ask = async (text: string) => {
    const { error, body } = await workspace.slash({ user: RILEY, channel: INCIDENTS_CHANNEL, text });
    return error ?? (body as { text: string }).text;
  };

  expect(await ask('diagnose prod-carts')).toContain('Diagnosing *prod-carts*');
  const card = await whole.card(/Raise maxmemory/);
  workspace.sockets.drop();
  await expect.poll(() => workspace.sockets.count, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => workspace.sockets.count, { timeout: 20_000 }).toBe(1);
  await whole.click(ALEX, card, 'approve');

  expect(whole.text(await whole.message(/^run_\w+\/outcome$/))).toMatch(/Verified/);
  expect(await store.send('SET', 'one:more', 'x')).toBe('OK');
  workspace.sockets.disconnect('refresh_requested');
  await expect.poll(() => ask('runs'), { timeout: 20_000 }).toContain('✅ verified');

  const began = performance.now();
  await whole.bot.stop();
  expect(performance.now() - began).toBeLessThan(2000);
});
