import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a server answers on its own port, in its own folder, and takes both with it', async () => {
  const server = await startRedis({ args: ['--maxmemory', '50mb'] });
  expect(await server.send('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '52428800']);
  expect(await server.send('CONFIG', 'GET', 'dir')).toEqual(['dir', server.dir]);
  expect(await server.send('NONSENSE')).toBeInstanceOf(ReplyError);
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(server.dir)).toBe(false);
  await server.stop();
});

test('what answers on its port is not taken for a server that found it in use', async () => {
  const first = await startRedis();
  await expect(startRedis({ port: first.port })).rejects.toThrow(/did not start.*in use/s);
  await first.stop();
});

test('ports are given to one server each', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set(ports).size).toBe(50);
});

test('a stopped process ends too', async () => {
  const server = await startRedis();
  server.kill('SIGSTOP');
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
});

test('a replica follows, a password goes along, a configuration file can be rewritten', async () => {
  const primary = await startRedis({ args: ['--requirepass', 'p w'] });
  const replica = await startRedis({ replicaOf: primary, args: ['--masterauth', 'p w'], configFile: true });
  expect(await primary.send('PING')).toBe('PONG');
  expect(primary.url).toBe(`redis://:p%20w@127.0.0.1:${primary.port}`);
  expect(await replica.send('ROLE')).toEqual(expect.arrayContaining(['slave', primary.host, primary.port]));
  expect(await replica.send('CONFIG', 'REWRITE')).toBe('OK');
  expect(readFileSync(join(replica.dir, 'redis.conf'), 'utf8')).toContain(`replicaof 127.0.0.1 ${primary.port}`);
  await Promise.all([primary.stop(), replica.stop()]);
});

test('a server comes back on its port with its data', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'redis-medic-test-'));
  const first = await startRedis({ dir });
  await first.send('SET', 'k', 'v');
  await first.send('SAVE');
  await first.stop();
  const second = await startRedis({ dir, port: first.port });
  expect(second.port).toBe(first.port);
  expect(await second.send('GET', 'k')).toBe('v');
  await second.stop();
  await rm(dir, { recursive: true });
});

test('a mistake in the configuration is told, and nothing stays', async () => {
  await expect(startRedis({ args: ['--no-such-thing', '1'] })).rejects.toThrow(/no-such-thing/);
});

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a server ends with the process that started it, even by %s',
  async (signal) => {
    const module = new URL('../../demo/redis-server.ts', import.meta.url).href;
    const script = `const { startRedis } = await import(${JSON.stringify(module)});
    const { pid, dir } = await startRedis(); console.log(JSON.stringify({ pid, dir })); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, dir } = JSON.parse(line.toString()) as { pid: number; dir: string };
    expect(isAlive(pid)).toBe(true);
    parent.kill(signal);
    for (let left = 100; left > 0 && (isAlive(pid) || existsSync(dir)); left -= 1) await sleep(50);
    expect([isAlive(pid), existsSync(dir)]).toEqual([false, false]);
  },
);
