import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { type Command, ReplyError } from '../../../src/domain/command.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { targetFromUrl } from '../../../src/domain/redis-url.ts';
import type { Address, Target } from '../../../src/domain/target.ts';
import type { Opened, ReadOnlySession } from '../../../src/flow/ports.ts';
import { makeAllowList } from '../../../src/io/redis/allow-list.ts';
import { openServers } from '../../../src/io/redis/servers.ts';
import { loadShelves } from '../../../src/io/shelves.ts';

const { probes } = await loadShelves();
const servers = openServers(probes);
const running: RedisServer[] = [];

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

function targetOf(address: Address, more: Partial<Target> = {}): Target {
  return { ...targetFromUrl(`redis://${address.host}:${address.port}`), ...more };
}

function read(address: Address, more?: Partial<Target>): Promise<Opened<ReadOnlySession>> {
  return servers.read({ host: address.host, port: address.port }, targetOf(address, more));
}

async function session(address: Address, more?: Partial<Target>): Promise<ReadOnlySession> {
  const opened = await read(address, more);
  if (opened.kind === 'refused') throw new Error(`${opened.cause}: ${opened.detail}`);
  return opened.session;
}

describe('reading', () => {
  test('many commands are answered in one go, error replies among them', async () => {
    const server = await start();
    const reader = await session(server);
    const [info, memory, acl] = await reader.ask([
      ['INFO', 'everything'],
      ['CONFIG', 'GET', 'maxmemory'],
      ['ACL', 'LOG', 'x'],
    ]);
    expect(info).toContain('redis_version:');
    expect(memory).toEqual(['maxmemory', '0']);
    expect(acl).toBeInstanceOf(ReplyError);
    expect(textReply(await server.send('CLIENT', 'LIST'))).toContain('name=redis-medic');
    reader.close();
  });

  test('a server that stops answering is given up after the time for a question', async () => {
    const server = await start();
    const reader = await session(server);
    server.kill('SIGSTOP');
    const began = Date.now();
    await expect(reader.ask([['INFO', 'everything']])).rejects.toMatchObject({ how: 'hung' });
    expect(Date.now() - began).toBeLessThan(2500);
    reader.close();
  });

  test('a server that goes away is unreachable', async () => {
    const server = await start();
    const reader = await session(server);
    await server.stop();
    await expect(reader.ask([['INFO', 'everything']])).rejects.toMatchObject({ how: 'unreachable' });
    reader.close();
  });
});

describe('logging in', () => {
  const PASSWORD = 's3cret/@ pass';

  test('credentials that fit open a session', async () => {
    const server = await start({ args: ['--requirepass', PASSWORD] });
    const reader = await session(server, { credentials: { password: PASSWORD } });
    expect(await reader.ask([['CONFIG', 'GET', 'maxmemory']])).toEqual([['maxmemory', '0']]);
    reader.close();
  });

  test('a server that is well is given one connection', async () => {
    const server = await start({ args: ['--requirepass', PASSWORD] });
    const received = async () =>
      Number(/total_connections_received:(\d+)/.exec(textReply(await server.send('INFO', 'stats')))?.[1]);
    const before = await received();
    (await session(server, { credentials: { password: PASSWORD } })).close();
    // The other one is ours, for asking.
    expect((await received()) - before).toBe(2);
  });

  test('none where one is asked for, and a wrong one, are told apart', async () => {
    const server = await start({ args: ['--requirepass', PASSWORD] });
    expect(await read(server)).toMatchObject({ kind: 'refused', cause: 'auth-required' });
    expect(await read(server, { credentials: { username: 'medic', password: 'wrong' } })).toMatchObject({
      kind: 'refused',
      cause: 'auth-refused',
      detail: expect.stringMatching(/medic: WRONGPASS/),
    });
  });

  test('a wrong password never goes on as an open default user', async () => {
    const server = await start();
    await server.send('CONFIG', 'RESETSTAT');
    expect(await read(server, { credentials: { username: 'medic', password: 'wrong' } })).toMatchObject({
      cause: 'auth-refused',
    });
    expect(await read(server, { credentials: { password: 'any' } })).toMatchObject({
      cause: 'auth-refused',
      detail: expect.stringContaining('the server has no password'),
    });
    expect(textReply(await server.send('INFO', 'commandstats'))).not.toMatch(/cmdstat_(info|client)/);
  });

  test('an ACL user gets as far as its rules let it', async () => {
    const server = await start();
    await server.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+info');
    const reader = await session(server, { credentials: { username: 'medic', password: 'pw' } });
    const [info, slowlog] = await reader.ask([
      ['INFO', 'everything'],
      ['SLOWLOG', 'GET', '128'],
    ]);
    expect(info).toContain('redis_version:');
    expect(slowlog).toMatchObject({ code: 'NOPERM' });
    reader.close();
  });
});

describe('servers that cannot be read', () => {
  test('a stopped process is hung, within the budget', async () => {
    const server = await start();
    server.kill('SIGSTOP');
    const began = Date.now();
    expect(await read(server)).toMatchObject({ cause: 'hung' });
    expect(Date.now() - began).toBeLessThan(3200);
  });

  test('one with no room for another client says so', async () => {
    const server = await start({ args: ['--maxclients', '1'] });
    await sleep(200);
    const reader = await session(server);
    expect(await read(server)).toMatchObject({ cause: 'max-clients' });
    reader.close();
  });

  test('one that runs a script for too long is busy', async () => {
    const server = await start({ args: ['--busy-reply-threshold', '50'] });
    const script = server.send('EVAL', 'while true do end', '0').catch(() => 'ended');
    await sleep(200);
    expect(await read(server)).toMatchObject({ cause: 'busy', detail: expect.stringMatching(/^BUSY /) });
    await server.send('SCRIPT', 'KILL');
    await script;
  });

  test('one that is loading is read all the same', async () => {
    const server = await start({
      args: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'],
    });
    await server.send('DEBUG', 'POPULATE', '3000');
    const reload = server.send('DEBUG', 'RELOAD').catch(() => 'ended');
    await sleep(300);
    const reader = await session(server);
    const [info] = await reader.ask([['INFO', 'everything']]);
    expect(info).toContain('loading:1');
    reader.close();
    server.kill('SIGKILL');
    await reload;
  });
});

describe('TLS', () => {
  let folder = '';
  let tlsPort = 0;
  let server: RedisServer;
  let ca = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-medic-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    execFileSync('openssl', [...request, '-subj', '/CN=test', '-addext', names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    ca = readFileSync(cert, 'utf8');
    tlsPort = await freePort();
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    server = await start({ args: ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', ...files] });
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('a trusted certificate opens a session', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const reader = await session({ host, port: tlsPort }, { tls: { ca } });
      expect(await reader.ask([['CONFIG', 'GET', 'maxmemory']])).toEqual([['maxmemory', '0']]);
      reader.close();
    }
  });

  test('an untrusted certificate, and one for another name, are refused with the reason', async () => {
    expect(await read({ host: '127.0.0.1', port: tlsPort }, { tls: {} })).toMatchObject({
      cause: 'tls-mismatch',
      detail: expect.stringMatching(/self-signed certificate/),
    });
    expect(
      await read({ host: '127.0.0.1', port: tlsPort }, { tls: { ca, servername: 'cache.example' } }),
    ).toMatchObject({
      cause: 'tls-mismatch',
      detail: expect.stringMatching(/cache\.example/),
    });
  });

  test('on a detour the certificate must be that of the announced host', async () => {
    const through = (host: string) => ({
      tls: { ca },
      addresses: [{ announced: { host }, reachable: { host: host === 'localhost' ? '127.0.0.1' : 'localhost' } }],
    });
    for (const host of ['127.0.0.1', 'localhost']) {
      const reader = await session({ host, port: tlsPort }, through(host));
      expect(await reader.ask([['CONFIG', 'GET', 'maxmemory']])).toEqual([['maxmemory', '0']]);
      reader.close();
    }
    for (const host of ['10.0.0.5', 'cache.example']) {
      expect(await read({ host, port: tlsPort }, through(host))).toMatchObject({
        cause: 'tls-mismatch',
        detail: expect.stringContaining(host),
      });
    }
  });

  test('TLS to a plain port and no TLS to a TLS port are told', async () => {
    expect(await read(server, { tls: { ca } })).toMatchObject({
      cause: 'tls-mismatch',
      detail: expect.stringContaining('answers without TLS'),
    });
    expect(await read({ host: '127.0.0.1', port: tlsPort })).toMatchObject({
      cause: 'tls-mismatch',
      detail: expect.stringContaining('speaks TLS'),
    });
  });
});

test('an announced address is reached where addresses of the target lead, for reading and for writing', async () => {
  const server = await start();
  const announced = { host: '10.0.0.5', port: 6379 };
  const addresses = [{ announced, reachable: { host: server.host, port: server.port } }];
  const reader = await session(announced, { addresses });
  expect(await reader.ask([['CONFIG', 'GET', 'maxmemory']])).toEqual([['maxmemory', '0']]);
  reader.close();
  const opened = await servers.write(announced, targetOf(announced, { addresses }));
  expect(opened.kind === 'open' && (await opened.session.send(['CONFIG', 'SET', 'maxmemory', '0']))).toMatchObject({
    reply: 'OK',
  });
  if (opened.kind === 'open') opened.session.close();
});

describe('writing', () => {
  async function writer(server: RedisServer, more: Partial<Target> = {}) {
    const opened = await servers.write({ host: server.host, port: server.port }, targetOf(server, more));
    if (opened.kind === 'refused') throw new Error(opened.detail);
    return opened.session;
  }

  test('a reply is an answer, an error reply too', async () => {
    const server = await start();
    const write = await writer(server);
    expect(await write.send(['CONFIG', 'SET', 'maxmemory', '1048576'])).toEqual({ kind: 'answered', reply: 'OK' });
    expect(await write.send(['CONFIG', 'SET', 'maxmemory', 'x'])).toMatchObject({
      kind: 'answered',
      reply: { code: 'ERR' },
    });
    write.close();
  });

  test('what opens files or doors is set by nobody, though the server would take it', async () => {
    const server = await start();
    const write = await writer(server);
    for (const [parameter, value] of [
      ['requirepass', 'x'],
      ['masterauth', 'x'],
      ['dir', '/'],
      ['dbfilename', 'x'],
    ] as const) {
      const before = await server.send('CONFIG', 'GET', parameter);
      const sent = await write.send(['CONFIG', 'SET', 'maxmemory', '0', parameter, value]);
      expect(sent).toEqual({ kind: 'not-sent', why: expect.stringContaining(`never sets ${parameter}`) });
      expect(await server.send('CONFIG', 'GET', parameter)).toEqual(before);
    }
    write.close();
  });

  test('it logs in as the remediating user', async () => {
    const server = await start();
    await server.send('ACL', 'SETUSER', 'fixer', 'on', '>pw', '+acl|whoami');
    const write = await writer(server, { remediate: { username: 'fixer', password: 'pw' } });
    expect(await write.send(['ACL', 'WHOAMI'])).toEqual({ kind: 'answered', reply: 'fixer' });
    write.close();
  });

  test('a connection that is known to be closed sends nothing', async () => {
    const server = await start();
    const write = await writer(server);
    await server.stop();
    await sleep(200);
    expect(await write.send(['CONFIG', 'SET', 'maxmemory', '1'])).toMatchObject({ kind: 'not-sent' });
    write.close();
  });

  test('a connection lost after sending leaves it unknown', async () => {
    const server = await start();
    const write = await writer(server);
    const sent = write.send(['DEBUG', 'SLEEP', '5']);
    await sleep(100);
    await server.stop();
    expect(await sent).toMatchObject({ kind: 'unknown' });
    write.close();
  });

  test('no reply in time leaves it unknown', async () => {
    const server = await start();
    const write = await writer(server);
    server.kill('SIGSTOP');
    expect(await write.send(['CONFIG', 'SET', 'maxmemory', '1'])).toMatchObject({ kind: 'unknown' });
    write.close();
  });
});

describe('a read-only session', () => {
  const allowed = makeAllowList(probes.values());
  const word = fc.oneof(
    fc.constantFrom(
      'CONFIG',
      'GET',
      'get',
      'SET',
      '*',
      'ACL',
      'LOG',
      'RESET',
      'reset',
      'CLIENT',
      'LIST',
      'KILL',
      'INFO',
    ),
    fc.constantFrom('SLOWLOG', 'FLUSHALL', 'MULTI', 'EVAL', 'SHUTDOWN', 'maxmemory', '128', '\r\n', 'everything'),
    fc.string(),
  );
  const command = fc.tuple(word, fc.array(word, { maxLength: 4 })).map(([name, words]): Command => [name, ...words]);

  test('sends nothing at all when one command is not on the list', async () => {
    const heard: Buffer[] = [];
    const recorder = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard.push(chunk);
        socket.write(String(chunk).includes('PING') ? '+PONG\r\n' : '+OK\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(recorder, 'listening');
    const address = recorder.address();
    const reader = await session({
      host: '127.0.0.1',
      port: typeof address === 'object' && address ? address.port : 0,
    });
    await sleep(50);
    heard.length = 0;
    const some = fc
      .array(command, { minLength: 1, maxLength: 4 })
      .filter((list) => !list.every((words) => allowed(words)));
    await fc.assert(
      fc.asyncProperty(some, async (list) => {
        await expect(reader.ask(list)).rejects.toThrow('was not sent');
      }),
      { numRuns: 500 },
    );
    await reader.ask([['TIME']]);
    expect(Buffer.concat(heard).toString()).toBe('*1\r\n$4\r\nTIME\r\n');
    reader.close();
    recorder.close();
  });

  test('changes nothing on a real server, whatever it is asked', async () => {
    const server = await start();
    await server.send('SET', 'k', 'v');
    const reader = await session(server);
    await fc.assert(
      fc.asyncProperty(command, async (one) => {
        await reader.ask([one]).catch(() => undefined);
      }),
      { numRuns: 500 },
    );
    reader.close();
    const stats = textReply(await server.send('INFO', 'commandstats')).match(/cmdstat_[^:]+/g);
    const ours = [
      'ping',
      'client|setname',
      'set',
      'info',
      'config|get',
      'slowlog|get',
      'acl|list',
      'acl|log',
      'client|list',
      'time',
    ];
    expect(ours).toEqual(expect.arrayContaining(stats?.map((name) => name.slice('cmdstat_'.length)) ?? ['none']));
    expect(await server.send('GET', 'k')).toBe('v');
  });
});
