import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Address } from '../../src/domain/target.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { Remedy } from '../support/remedy.ts';

const open: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function start(binary: Engine, args: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis({ binary, args });
  open.push(server);
  return server;
}

async function bot(servers: readonly Address[], over = {}): Promise<Remedy> {
  const remedy = await Remedy.open(servers, over);
  open.push({ stop: () => remedy.close() });
  return remedy;
}

const TWO = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-9.1');
const SOON = ['--lua-time-limit', '50'];

async function busy(server: RedisServer): Promise<void> {
  await vi.waitFor(async () => expect(await server.send('PING')).toMatchObject({ code: 'BUSY' }), 10_000);
}

describe.each(TWO)('$engine', (binary) => {
  test('a script that blocks the server is ended, with a login that may do nothing else', async () => {
    const server = await start(binary, SOON);
    await server.send('ACL', 'SETUSER', 'fixer', 'on', '>secret', '-@all', '+ping', '+script|kill', '+function|kill');
    const remediate = { username: 'fixer', password: 'secret' };
    const remedy = await bot([server], { remediate });
    expect(await remedy.plan('kill-script')).toContain('no script blocks it now');
    const blocking = server.send('EVAL', 'while true do end', '0');
    await busy(server);
    const { run, proposal } = await remedy.run('kill-script');
    expect(run).toMatchObject({ state: 'finished', verdict: 'verified' });
    expect(proposal.steps[0]).toMatchObject({ commands: [{ argv: ['SCRIPT', 'KILL'] }] });
    expect(await blocking).toHaveProperty('message');
    expect(await server.send('PING')).toBe('PONG');
  });

  test('a function too', async () => {
    const server = await start(binary, SOON);
    const code = "#!lua name=m\nredis.register_function('spin', function() while true do end end)";
    expect(await server.send('FUNCTION', 'LOAD', code)).toBe('m');
    const blocking = server.send('FCALL', 'spin', '0');
    await busy(server);
    const { run, proposal } = await (await bot([server])).run('kill-script');
    expect(run).toMatchObject({ state: 'finished', verdict: 'verified' });
    expect(proposal.steps[0]).toMatchObject({ commands: [{ argv: ['FUNCTION', 'KILL'] }] });
    await blocking;
  });

  test('one that has written is left alone: the server says so, and nothing else is sent', async () => {
    const server = await start(binary, SOON);
    const blocking = server.send('EVAL', "redis.call('set', 'k', 'v') while true do end", '0').catch(() => undefined);
    await busy(server);
    const { run } = await (await bot([server])).run('kill-script');
    expect(run).toMatchObject({ state: 'failed' });
    expect(run.note).toContain('UNKILLABLE');
    server.kill('SIGKILL');
    await blocking;
  });

  test('memory that the allocator keeps goes back to the system', async () => {
    const server = await start(binary);
    const remedy = await bot([server]);
    expect(await remedy.plan('purge-fragmentation')).toMatch(/keeps .* only|runs on libc/);
    const keys = Array.from({ length: 100 }, (_, at) => `k${at}`);
    await Promise.all(keys.map((key) => server.send('SETRANGE', key, '5000000', 'x')));
    await server.send('DEL', ...keys);
    // What the allocator keeps is given back by itself within ten seconds or so.
    const { run, proposal } = await remedy.run('purge-fragmentation');
    expect(proposal.steps[0]).toMatchObject({ commands: [{ argv: ['MEMORY', 'PURGE'] }] });
    expect(run).toMatchObject({ state: 'finished', verdict: 'verified' });
  });
});
