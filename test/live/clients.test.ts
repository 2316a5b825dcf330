import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Address } from '../../src/domain/target.ts';
import { clientsIn } from '../../src/probes/client-list.ts';
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

/** A program that sends these lines and then neither reads nor goes away by itself. */
async function program({ host, port }: Address, ...lines: string[]): Promise<{ isOpen: () => boolean }> {
  const socket = connect({ host, port });
  let isOpen = true;
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isOpen = false;
  });
  socket.on('data', () => undefined);
  open.push({ stop: async () => socket.destroy() });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(lines.map((line) => `${line}\r\n`).join(''));
  return { isOpen: () => isOpen };
}

const TWO = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-9.1');
const VERIFIED = { state: 'finished', verdict: 'verified' };
const clients = async (server: RedisServer) => clientsIn(textReply(await server.send('CLIENT', 'LIST')));

describe.each(TWO)('$engine', (binary) => {
  test('whoever watches with MONITOR is closed by id, and nobody else', async () => {
    const server = await start(binary);
    const watcher = await program(server, 'CLIENT SETNAME debug', 'MONITOR');
    const worker = await program(server, 'CLIENT SETNAME shop', 'PING');
    await vi.waitFor(
      async () => expect((await clients(server)).some(({ flags }) => flags.includes('O'))).toBe(true),
      10_000,
    );
    const remedy = await bot([server]);
    const { run, proposal } = await remedy.run('stop-monitor');
    expect(run).toMatchObject(VERIFIED);
    expect(JSON.stringify(proposal.steps)).toContain('(debug)');
    await vi.waitFor(() => expect(watcher.isOpen()).toBe(false), 10_000);
    expect(worker.isOpen()).toBe(true);
    expect(await remedy.plan('stop-monitor')).toContain('watches with MONITOR');
  });

  test('a connection that works again between approval and run is not closed', async () => {
    const server = await start(binary);
    await program(server, 'CLIENT SETNAME leak', 'PING');
    const remedy = await bot([server]);
    expect(await remedy.plan('close-idle-clients')).toContain('idle for 60 min');
    const action = remedy.ports.shelves.actions.get('close-idle-clients');
    await expect(remedy.planAction(action, { seconds: 600, count: 5 })).rejects.toThrow(
      'no connection of an application',
    );
    const leak = (await clients(server)).find(({ name }) => name === 'leak');
    const pinned = [{ id: leak?.id, addr: leak?.addr, age: leak?.age }];
    await expect(remedy.planAction(action, { seconds: 600, clients: pinned })).rejects.toThrow('has worked again');
  });

  test('a replica, its primary and redis-medic are never closed, whoever names them', async () => {
    const server = await start(binary);
    const replica = await startRedis({ binary, replicaOf: server });
    open.push(replica);
    const link = await vi.waitFor(async () => {
      const found = (await clients(server)).find(({ flags }) => flags.includes('S'));
      if (!found) throw new Error('not linked yet');
      return found;
    }, 15_000);
    const remedy = await bot([server]);
    const pinned = [{ id: link.id, addr: link.addr, age: 0 }];
    const action = remedy.ports.shelves.actions.get('kill-client');
    await expect(remedy.planAction(action, { clients: pinned })).rejects.toThrow('the link of a replica');
  });

  test('a pause that somebody forgot is ended', async () => {
    const server = await start(binary);
    const remedy = await bot([server]);
    await server.send('CLIENT', 'PAUSE', '600000', 'WRITE');
    const waiting = server.send('SET', 'k', 'v');
    await sleep(100);
    const { run } = await remedy.run('unpause-clients');
    expect(run).toMatchObject(VERIFIED);
    expect(await waiting).toBe('OK');
  });

  test('cached scripts are forgotten, functions stay, and callers of EVALSHA are asked for first', async () => {
    const server = await start(binary);
    for (let at = 0; at < 150; at += 1) await server.send('SCRIPT', 'LOAD', `return ${at}`);
    await server.send('FUNCTION', 'LOAD', "#!lua name=m\nredis.register_function('one', function() return 1 end)");
    const sha = textReply(await server.send('SCRIPT', 'LOAD', 'return 1'));
    const remedy = await bot([server]);
    expect(await remedy.plan('flush-scripts')).toHaveProperty('id');
    await server.send('EVALSHA', sha, '0');
    expect(await remedy.plan('flush-scripts')).toContain('EVALSHA is used');
    const { run } = await remedy.run('flush-scripts', { fallback: true });
    expect(run).toMatchObject(VERIFIED);
    expect(await server.send('EVALSHA', sha, '0')).toMatchObject({ code: 'NOSCRIPT' });
    expect(await server.send('EVAL', 'return 1', '0')).toBe(1);
    expect(await server.send('FCALL', 'one', '0')).toBe(1);
  });
});
