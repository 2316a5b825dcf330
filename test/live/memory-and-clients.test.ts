import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Severity } from '../../src/domain/finding.ts';
import type { Probe } from '../../src/domain/probe.ts';
import type { Rule } from '../../src/domain/rule.ts';
import type { Credentials } from '../../src/domain/target.ts';
import { loadShelf } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';

const FAMILIES = ['memory', 'eviction', 'fragmentation', 'clients', 'commands', 'security'];
const SOURCE = new URL('../../src/', import.meta.url);
const probes = await loadShelf<Probe<unknown>>(new URL('probes/', SOURCE));
const rules = (await Promise.all(FAMILIES.map((one) => loadShelf<Rule>(new URL(`rules/${one}/`, SOURCE))))).flatMap(
  (shelf) => [...shelf],
);

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function server(...args: string[]): Promise<RedisServer> {
  const started = await startRedis({ args });
  cleanUp.push(() => started.stop());
  return started;
}

/** Severities by rule id, without the clear ones; `unassessed` with its reason. */
async function findings(
  on: RedisServer,
  meanwhile: () => Promise<unknown> = () => sleep(300),
  credentials: Credentials = {},
): Promise<Record<string, string>> {
  const snapshot = await observe([on], probes, { target: { credentials }, seconds: 0.3, meanwhile });
  const own = { ...snapshot, nodes: snapshot.nodes.filter(({ address }) => address.port === on.port) };
  const answers = rules.flatMap(([id, rule]) => rule.assess(id, own).map((answer) => ({ id, ...answer })));
  return Object.fromEntries(
    answers.flatMap((answer) => {
      if (answer.kind === 'clear') return [];
      return [[answer.id, answer.kind === 'found' ? answer.severity : `unassessed: ${answer.reason}`]];
    }),
  );
}

/** What would be told as a fault. What only more access could answer is none, unless it is our own failure. */
function serious(found: Record<string, string>): string[] {
  const quiet: readonly string[] = ['info' satisfies Severity];
  return Object.entries(found)
    .filter(([, word]) => !quiet.includes(word) && !/^unassessed: (?!the probe failed)/.test(word))
    .map(([id, word]) => `${id} ${word}`);
}

/** Writes keys of 100 kB until the server says no, or `count` of them; with an expiry when asked. */
async function fill(on: RedisServer, count: number, ...expiry: string[]): Promise<void> {
  const script = `
    local value = string.rep('x', 100000)
    for i = 1, ${count} do
      local reply = redis.pcall('SET', 'k' .. i, value, unpack(ARGV))
      if type(reply) == 'table' and reply.err then return i end
    end
    return 0`;
  await on.send('EVAL', script, '0', ...expiry);
  await on.send('SLOWLOG', 'RESET');
}

async function refusedWrites(on: RedisServer): Promise<void> {
  for (let left = 3; left > 0; left -= 1) await on.send('SET', 'one-more', 'x'.repeat(1000));
}

/** A connection that asks for `key` this often and never reads a reply. */
async function deafClient(on: RedisServer, key: string, times: number): Promise<void> {
  const socket = connect(on.port, on.host).pause();
  cleanUp.push(() => socket.destroy());
  await once(socket, 'connect');
  const request = `*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`;
  socket.write(`*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$4\r\ndeaf\r\n${request.repeat(times)}`);
  await sleep(500);
}

describe('broken', () => {
  test('a full store under noeviction rejects writes', async () => {
    const on = await server('--maxmemory', '20mb', '--maxmemory-policy', 'noeviction');
    await fill(on, 1000);
    const found = await findings(on, () => refusedWrites(on));
    expect(found).toMatchObject({ 'oom-noeviction-writes-rejected': 'critical', 'memory-near-maxmemory': 'critical' });
  });

  test('a store at 85 % is near its limit', async () => {
    const on = await server('--maxmemory', '20mb', '--maxmemory-policy', 'noeviction');
    await fill(on, 154);
    expect(serious(await findings(on))).toEqual(['memory-near-maxmemory warning']);
  });

  test('volatile-lru without expiries has nothing to evict', async () => {
    const on = await server('--maxmemory', '20mb', '--maxmemory-policy', 'volatile-lru');
    await fill(on, 1000);
    const found = await findings(on, () => refusedWrites(on));
    expect(found).toMatchObject({ 'oom-volatile-policy-nothing-to-evict': 'critical' });
  });

  test('a client that never reads its replies hoards them', async () => {
    const on = await server('--maxmemory', '100mb', '--maxmemory-policy', 'noeviction');
    await on.send('SET', 'big', 'x'.repeat(500_000));
    await deafClient(on, 'big', 100);
    const found = await findings(on);
    expect(found).toMatchObject({ 'client-output-buffer-bloat': 'critical' });
  });

  test('DEBUG SLEEP is slow and dangerous', async () => {
    const on = await server();
    const found = await findings(on, () => on.send('DEBUG', 'SLEEP', '0.15'));
    expect(found).toMatchObject({ 'slow-commands-present': 'high', 'dangerous-commands-in-use': 'critical' });
  });

  test('a long script is slow, also when it ended just before we looked', async () => {
    const on = await server();
    await on.send(
      'EVAL',
      "for i = 1, 1e6 do redis.call('PING') if i % 1e5 == 0 then local t = redis.call('TIME') end end",
      '0',
    );
    expect(serious(await findings(on))).toEqual(['slow-commands-present high']);
  });

  test('KEYS on 20,000 keys', async () => {
    const on = await server();
    await on.send('DEBUG', 'POPULATE', '20000');
    const found = await findings(on, () => on.send('KEYS', '*nothing*'));
    expect(found).toMatchObject({ 'dangerous-commands-in-use': 'critical' });
  });

  test('an application without the rights that it needs', async () => {
    const on = await server();
    await on.send('ACL', 'SETUSER', 'app', 'on', '>secret', '+auth', '+eval');
    const socket = connect(on.port, on.host);
    cleanUp.push(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(`AUTH app secret\r\n${'GET k\r\n'.repeat(60)}`);
    await sleep(200);
    expect(await findings(on)).toMatchObject({ 'acl-denials': 'critical' });
  });

  test('a script that does not end, and the KILL that ends it', async () => {
    const on = await server('--busy-reply-threshold', '100');
    const script = on.send('EVAL', 'while true do end', '0');
    await sleep(400);
    expect(await findings(on)).toMatchObject({ 'lua-script-blocking': 'critical' });
    await on.send('SCRIPT', 'KILL');
    await script;
    expect(serious(await findings(on))).toEqual(['slow-commands-present high']);
  });

  test('a user of ours that may not do everything: what was not looked at is said, our refusals are not theirs', async () => {
    const on = await server();
    await on.send('ACL', 'SETUSER', 'medic', 'on', '>secret', '+info', '+auth', '+ping', '+time', '+acl|log');
    const us = { username: 'medic', password: 'secret' };
    await findings(on, undefined, us);
    const found = await findings(on, undefined, us);
    expect(found).toMatchObject({
      'acl-insufficient-for-diagnosis': 'info',
      'slow-commands-present': 'unassessed: NOPERM: slowlog|get',
    });
    expect(found).not.toHaveProperty('acl-denials');
  });
});

describe('healthy', () => {
  test('a fresh, empty server', async () => {
    expect(serious(await findings(await server()))).toEqual([]);
  });

  test('a full LRU cache with hits', async () => {
    const on = await server('--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru');
    await fill(on, 400);
    const found = await findings(on, async () => {
      for (let at = 400; at > 350; at -= 1) await on.send('GET', `k${at}`);
      await on.send('SET', 'more', 'x'.repeat(100_000));
    });
    expect(serious(found)).toEqual([]);
  });

  test('a full cache under volatile-lru whose keys expire', async () => {
    const on = await server('--maxmemory', '20mb', '--maxmemory-policy', 'volatile-lru');
    await fill(on, 400, 'EX', '3600');
    expect(serious(await findings(on))).toEqual([]);
  });

  test('a slow log that was full of quick commands', async () => {
    const on = await server('--slowlog-log-slower-than', '0');
    for (let left = 20; left > 0; left -= 1) await on.send('SET', `k${left}`, 'x');
    await on.send('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
    expect(serious(await findings(on))).toEqual([]);
  });

  test('KEYS and FLUSHALL of yesterday', async () => {
    const on = await server();
    await on.send('KEYS', '*');
    await on.send('FLUSHALL');
    expect(serious(await findings(on))).toEqual([]);
  });

  test('a replica that is larger than its maxmemory allows rejects nothing', async () => {
    const primary = await server('--repl-diskless-sync-delay', '0');
    for (const key of ['k', 'l', 'm', 'n']) await primary.send('SET', key, 'x'.repeat(700_000));
    const replica = await startRedis({ replicaOf: primary, args: ['--maxmemory', '2mb'] });
    cleanUp.push(() => replica.stop());
    for (let left = 100; left > 0 && (await replica.send('EXISTS', 'n')) !== 1; left -= 1) await sleep(50);
    expect(serious(await findings(replica))).toEqual(['replica-over-maxmemory warning']);
  });
});
