import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Address } from '../../src/domain/target.ts';
import { answerStep } from '../../src/flow/answer-step.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { ALEX } from '../support/proposal.ts';
import { Remedy } from '../support/remedy.ts';

const open: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function start(binary: Engine, options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis({ binary, ...options });
  open.push(server);
  return server;
}

async function bot(servers: readonly Address[], over = {}): Promise<Remedy> {
  const remedy = await Remedy.open(servers, over);
  open.push({ stop: () => remedy.close() });
  return remedy;
}

/** A program that is logged in; its commands are answered with a text or an error's message. */
async function program({ host, port }: Address, username?: string, password?: string) {
  const redis = new Redis({
    host,
    port,
    ...(username && { username }),
    ...(password && { password }),
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  open.push({ stop: async () => redis.disconnect() });
  await redis.connect();
  return {
    call: (name: string, ...words: string[]) =>
      redis.call(name, ...words).then(String, (error: Error) => error.message),
    leave: () => redis.disconnect(),
  };
}

const TWO = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-9.1');
const VERIFIED = { state: 'finished', verdict: 'verified' };
const users = (server: RedisServer) => server.send('ACL', 'LIST');
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(TWO)('$engine', (binary) => {
  test('a user loses one command on every server, with a login for users alone, and gets its rules back as they were', async () => {
    const primary = await start(binary);
    const replica = await start(binary, { replicaOf: primary });
    const servers = [primary, replica];
    for (const server of servers) {
      await server.send('ACL', 'SETUSER', 'app', 'on', '>secret', '~app:*', '+@all', '-@dangerous', '+keys', '+info');
      await server.send(
        'ACL',
        'SETUSER',
        'fixer',
        'on',
        '>fix',
        '-@all',
        '+ping',
        '+acl|setuser',
        '+acl|getuser',
        '+acl|dryrun',
      );
    }
    const remedy = await bot(servers, { remediate: { username: 'fixer', password: 'fix' } });
    await vi.waitFor(
      async () =>
        expect(await remedy.plan('deny-command', { command: 'flushall', user: 'app' })).toContain(
          'no user who may call FLUSHALL',
        ),
      15_000,
    );
    expect(await remedy.plan('deny-command', { command: 'keys', user: 'nobody' })).toContain(
      'no user who may call KEYS',
    );
    expect(await remedy.plan('deny-command', { command: 'keys', user: 'fixer' })).toContain('redis-medic itself');
    expect(await remedy.plan('deny-command', { command: 'keys', user: 'default' })).toMatch(
      /redis-medic itself|replicas/,
    );
    expect(await remedy.plan('deny-command', { command: 'keys' })).toContain('no connection shows who sends it');
    const app = await program(primary, 'app', 'secret');
    await app.call('KEYS', 'x');
    const before = await Promise.all(servers.map(users));
    const done = await remedy.run('deny-command', { command: 'keys' });
    expect(done.run).toMatchObject({ state: 'finished' });
    expect(done.proposal.steps[0]).toMatchObject({ args: { command: 'keys', user: 'app' } });
    expect(await app.call('KEYS', 'x')).toContain('NOPERM');
    expect(await app.call('GET', 'app:1')).not.toContain('NOPERM');
    for (const server of servers)
      expect(await server.send('ACL', 'DRYRUN', 'app', 'KEYS', 'x')).toContain('no permissions');
    expect(JSON.stringify([done.proposal, done.rows])).not.toContain(sha('secret'));
    await remedy.undo(done);
    expect(await Promise.all(servers.map(users))).toEqual(before);
  });

  test('a user with selectors is left to a person', async () => {
    const server = await start(binary);
    await server.send('ACL', 'SETUSER', 'app', 'on', '>secret', '+keys', '~*', '(+keys ~b*)');
    const remedy = await bot([server]);
    expect(await remedy.plan('deny-command', { command: 'keys', user: 'app' })).toContain('selectors');
  });

  test('applications are moved off the default user in stages, and back', async () => {
    const server = await start(binary);
    await server.send('ACL', 'SETUSER', 'medic', 'on', '>medic', '~*', '&*', '+@all');
    const credentials = { username: 'medic', password: 'medic' };
    expect(await (await bot([server])).plan('rotate-default-user', { hash: sha('s3') })).toContain(
      'redis-medic itself',
    );
    const remedy = await bot([server], { credentials });
    expect(await remedy.plan('rotate-default-user', { user: 'medic', hash: sha('s3') })).toContain('medic already');
    const before = await users(server);
    const old = await program(server);
    const proposal = await remedy.keep(await remedy.mustPlan('rotate-default-user', { hash: sha('s3') }));
    const running = remedy.approve(proposal);
    const moved = await vi.waitFor(() => program(server, 'app', 's3'), 20_000);
    expect(await moved.call('SET', 'k', 'v')).toBe('OK');
    expect(await moved.call('FLUSHALL')).toContain('NOPERM');
    expect(await old.call('GET', 'k')).toBe('v');
    old.leave();
    await vi.waitFor(async () => expect(await answerWaiting(remedy)).toBe(true), 20_000);
    const done = await running;
    expect(done.run).toMatchObject(VERIFIED);
    await expect(program(server)).rejects.toThrow('Connection is closed');
    moved.leave();
    await vi.waitFor(async () => expect(await remedyUsers(server, credentials)).toBe(0), 10_000);
    const undone = await remedy.undo(done);
    expect(undone.run).toMatchObject({ state: 'finished' });
    expect(await users(server)).toEqual(before);
  }, 90_000);

  test('the default user stays on while somebody is it', async () => {
    const server = await start(binary);
    await server.send('ACL', 'SETUSER', 'medic', 'on', '>medic', '~*', '&*', '+@all');
    const remedy = await bot([server], { credentials: { username: 'medic', password: 'medic' } });
    await program(server);
    const planned = await remedy.planAction(remedy.ports.shelves.actions.get('default-user-off'), {});
    expect(planned.onlyWhile).toEqual([
      { node: `127.0.0.1:${server.port}`, reading: 'client-users.as_default', below: 1 },
    ]);
    expect(planned.impact.join(' ')).toContain("1 connections are the default user's now");
  });

  test('users are saved to the ACL file, and only where there is one', async () => {
    const plain = await start(binary);
    expect(await (await bot([plain])).plan('save-users')).toContain('no ACL file');
    const dir = plain.dir;
    const aclfile = join(dir, 'users.acl');
    await writeFile(aclfile, 'user default on nopass ~* &* +@all\n');
    const server = await start(binary, { args: ['--aclfile', aclfile] });
    await server.send('ACL', 'SETUSER', 'app', 'on', '>secret', '~app:*', '+get');
    const { run } = await (await bot([server])).run('save-users');
    expect(run).toMatchObject(VERIFIED);
    expect(await readFile(aclfile, 'utf8')).toContain('user app on');
  });
});

async function remedyUsers(
  server: RedisServer,
  { username, password }: { username: string; password: string },
): Promise<number> {
  const looker = await program(server, username, password);
  const list = await looker.call('CLIENT', 'LIST');
  looker.leave();
  return list.split('\n').filter((line) => line.includes('user=app')).length;
}

test.each(ENGINES)('each command can be taken from a user who has all, and is gone then: $engine', async (binary) => {
  const server = await start(binary);
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>medic', '~*', '&*', '+@all');
  await server.send('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all');
  const remedy = await bot([server], { credentials: { username: 'medic', password: 'medic' } });
  const action = remedy.ports.shelves.actions.get('deny-command');
  for (const command of 'keys flushall flushdb swapdb debug monitor save shutdown sort eval config module acl replicaof'.split(
    ' ',
  )) {
    const planned = await remedy.planAction(action, { command, user: 'app' });
    for (const { argv } of planned.commands) {
      const [head, ...words] = argv;
      expect(await server.send(head, ...words)).toBe('OK');
    }
    await expect(remedy.planAction(action, { command, user: 'app' })).rejects.toThrow('no user who may call');
  }
});

/** Answers the manual step that waits, if one does. */
async function answerWaiting(remedy: Remedy): Promise<boolean> {
  const { store } = remedy.ports;
  const waiting = await store.transaction(async (tx) => {
    const [run] = await tx.runs({ states: ['running'], limit: 1 });
    const row = run && (await tx.stepsOf(run.id)).find(({ kind, state }) => kind === 'manual' && state === 'started');
    return run && row && { run: run.id, seq: row.seq };
  });
  if (!waiting) return false;
  await answerStep(remedy.ports, { ...waiting, by: ALEX, answer: 'all of them' });
  return true;
}
