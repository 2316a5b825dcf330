import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { atLeast } from '../../src/domain/server.ts';
import type { Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };

const started: RedisServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function server(...args: string[]): Promise<RedisServer> {
  const one = await startRedis({ args });
  started.push(one);
  return one;
}

/** What is found when this happens between the two samples. */
async function findings(on: RedisServer, meanwhile: () => Promise<unknown>, target: Partial<Target> = {}) {
  const snapshot = await observe([on], units.probes, { target, meanwhile });
  return judge(snapshot, shelves).findings;
}

function severities(found: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(found.map(({ id, severity }) => [id, severity]));
}

function serious(found: readonly Finding[]): string[] {
  return found.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
}

async function isValkey(on: RedisServer, version: string): Promise<boolean> {
  const valkey = parseInfo(textReply(await on.send('INFO', 'server'))).text('valkey_version');
  return valkey !== undefined && atLeast(valkey, version);
}

const POWER_OF_TWO = 1 << 20;

test('a million tiny keys, one more than their table holds, and all of them deleted at once', async () => {
  const on = await server();
  await on.send('DEBUG', 'POPULATE', String(POWER_OF_TWO), 'k', '1');
  await on.send('SLOWLOG', 'RESET');

  const grown = await findings(on, () => on.send('SET', 'one-more', 'x'));
  // The tables of Valkey 8.1 and newer grow at other numbers of keys.
  const doubled = (await isValkey(on, '8.1')) ? {} : { 'hashtable-rehash-spike': 'info' };
  expect(severities(grown)).toMatchObject({ 'small-key-overhead': 'info', ...doubled });
  expect(serious(grown)).toEqual([]);

  const deleted = await findings(on, () => on.send('FLUSHALL', 'ASYNC'));
  expect(severities(deleted)).toMatchObject({ 'lazyfree-backlog': 'warning' });
});

test('a server that stays above maxmemory', async () => {
  const on = await server('--maxmemory', '10mb', '--maxmemory-policy', 'volatile-lru');
  const script = "for i = 1, 20 do redis.pcall('SET', 'key:' .. i, string.rep('x', 1000000)) end";
  await on.send('EVAL', script, '0');
  await on.send('SLOWLOG', 'RESET');
  const thresholds = { 'memory-over-limit-sustained': { exceeded_ms: 100 } };
  const found = await findings(on, () => sleep(300), { thresholds });
  expect(severities(found)).toMatchObject({
    'oom-volatile-policy-nothing-to-evict': 'critical',
    'memory-over-limit-sustained': 'high',
  });
  expect(found.find(({ id }) => id === 'memory-over-limit-sustained')?.explainedBy).toBe(
    'oom-volatile-policy-nothing-to-evict',
  );
});
