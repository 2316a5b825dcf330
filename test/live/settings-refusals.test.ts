import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Target } from '../../src/domain/target.ts';
import { type Deployment, refusalFor } from '../support/carry-out.ts';
import { ENGINES } from '../support/engines.ts';
import { breakSnapshots, configuration } from '../support/settings.ts';
import { plainTarget } from '../support/target.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function follow(primary: RedisServer, args: readonly string[] = []): Promise<RedisServer> {
  const replica = await start({ args, replicaOf: primary });
  await vi.waitFor(async () => expect(await info(replica, 'master_link_status')).toBe('up'), 15_000);
  return replica;
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(field);
}

function of(...servers: RedisServer[]): Deployment {
  return { seeds: servers, all: servers, target: { memoryLimitBytes: 4 * GIB } };
}

function having(target: Partial<Target>, ...servers: RedisServer[]): Deployment {
  return { ...of(...servers), target };
}

async function holdForks(server: RedisServer): Promise<void> {
  for (let at = 0; at < 100; at += 1) await server.send('SET', `k:${at}`, '1');
  await server.send('CONFIG', 'SET', 'rdb-key-save-delay', '100000');
  await server.send('BGSAVE');
}

describe('parameters that no action touches', () => {
  test.each(ENGINES)('what $engine itself calls immutable or protected is refused with what to do', async (binary) => {
    const server = await start({ binary });
    for (const [parameter, value] of [
      ['databases', '32'],
      ['tcp-backlog', '1024'],
      ['appendfilename', 'x.aof'],
      ['cluster-enabled', 'yes'],
      ['supervised', 'systemd'],
      ['daemonize', 'yes'],
      ['disable-thp', 'no'],
      ['aclfile', '/tmp/x'],
      ['logfile', '/tmp/x'],
      ['dir', '/tmp'],
      ['dbfilename', 'x'],
      ['enable-debug-command', 'yes'],
    ] as const) {
      expect([parameter, (await server.send('CONFIG', 'SET', parameter, value)) instanceof ReplyError]).toEqual([
        parameter,
        true,
      ]);
      const refused = await refusalFor(of(server), 'set-parameter', server, { parameter, value });
      expect(`${parameter}: ${refused}`).toMatch(/cannot be changed while it runs: write it|is protected/);
    }
  });

  test('secrets are not set from here, though the server would take them', async () => {
    const server = await start();
    const refused = await refusalFor(of(server), 'set-parameter', server, { parameter: 'requirepass', value: 'x' });
    expect(refused).toContain('credential');
    expect(await server.send('CONFIG', 'GET', 'requirepass')).toEqual(['requirepass', '']);
  });

  test('a server without CONFIG is told by its own words', async () => {
    const server = await start({ configFile: true, args: ['--rename-command', 'CONFIG', ''] });
    for (const id of ['config-rewrite', 'set-lazyfree', 'set-fsync', 'raise-maxmemory']) {
      const args = id === 'set-fsync' ? { fsync: 'everysec' } : {};
      expect(`${id}: ${await refusalFor(of(server), id, server, args)}`).toMatch(/unknown command/);
    }
  });

  test('a server without a file is not rewritten, and refuses that itself', async () => {
    const server = await start();
    expect(await server.send('CONFIG', 'REWRITE')).toMatchObject({
      message: expect.stringContaining('without a config file'),
    });
    expect(await refusalFor(of(server), 'config-rewrite', server)).toContain('command line, container or unit');
  });
});

describe('defragmentation', () => {
  test.each(ENGINES)(
    'is asked for on $engine only where it may work, and changes nothing where it does not',
    async (binary) => {
      const server = await start({ binary });
      // These builds have the allocator of their distribution: none of them can.
      const before = await configuration(server);
      expect(await server.send('CONFIG', 'SET', 'activedefrag', 'yes')).toBeInstanceOf(ReplyError);
      expect(await configuration(server)).toEqual(before);
      const refused = await refusalFor(of(server), 'set-active-defrag', server, { active: 'yes' });
      expect(refused).toMatch(/distribution packages|without defragmentation|nothing would happen/);
    },
  );
});

describe('connections', () => {
  test('no more than files may be opened', async () => {
    const server = await start({ args: ['--maxclients', '200'] });
    execFileSync('prlimit', ['--pid', String(server.pid), '--nofile=400:400']);
    const refused = await refusalFor(
      having({ host: { kind: 'local' }, memoryLimitBytes: 4 * GIB }, server),
      'set-maxclients',
      server,
      {
        count: 1000,
      },
    );
    expect(refused).toContain('the servers may open 400 files at the most, which is 368 connections: set LimitNOFILE');
  });
});

describe('forks', () => {
  test('none beside another', async () => {
    const server = await start({ args: ['--appendonly', 'yes'] });
    await holdForks(server);
    expect(await refusalFor(of(server), 'bgsave', server)).toContain('is writing a snapshot already');
    expect(await refusalFor(of(server), 'rewrite-aof', server)).toContain('is writing a snapshot already');
    await server.send('CONFIG', 'SET', 'appendonly', 'no');
    expect(await refusalFor(of(server), 'enable-aof', server)).toContain('is writing a snapshot already');
    // Its pages may still double: no more memory is promised meanwhile.
    await server.send('CONFIG', 'SET', 'maxmemory', '2mb');
    const asked = refusalFor(having({ memoryLimitBytes: 5 * MIB }, server), 'raise-maxmemory', server);
    expect(await asked).toContain('is writing a snapshot already');
  });

  test('none onto a disk that failed', async () => {
    const server = await start({ args: ['--save', '3600 1'] });
    await breakSnapshots(server);
    expect(await refusalFor(of(server), 'enable-aof', server)).toContain('repair the disk first');
  });

  test('none for which there is no memory', async () => {
    const server = await start({ args: ['--appendonly', 'yes'] });
    await server.send('SET', 'k', 'x'.repeat(20 * MIB));
    for (const id of ['bgsave', 'rewrite-aof']) {
      const refused = await refusalFor(having({ memoryLimitBytes: 5 * MIB }, server), id, server);
      expect(`${id}: ${refused}`).toMatch(/the fork may need .* and .* has 0 B left/);
    }
  });

  test('none on a replica whose disk is suspect: the next error would end it', async () => {
    const primary = await start();
    const replica = await follow(primary, ['--save', '3600 1', '--appendonly', 'yes']);
    await vi.waitFor(async () => expect(await info(replica, 'aof_rewrite_in_progress')).toBe('0'), 10_000);
    await breakSnapshots(replica);
    for (const id of ['bgsave', 'rewrite-aof']) {
      expect(`${id}: ${await refusalFor(of(primary, replica), id, replica)}`).toContain('can end its process');
    }
  });
});

describe('persistence', () => {
  test('is not taken from a primary that would come back empty', async () => {
    const primary = await start({ args: ['--appendonly', 'yes'] });
    const replica = await follow(primary);
    expect(await refusalFor(of(primary, replica), 'move-persistence', primary)).toContain(
      'come back empty from a crash',
    );
  });

  test('is not moved to a replica that has no link', async () => {
    const primary = await start({ args: ['--appendonly', 'yes', '--save', '3600 1'] });
    const replica = await follow(primary);
    await replica.send('CONFIG', 'SET', 'masterauth', 'wrong');
    await replica.send('CONFIG', 'SET', 'masteruser', 'nobody');
    await replica.send('CLIENT', 'KILL', 'TYPE', 'master');
    await vi.waitFor(async () => expect(await info(replica, 'master_link_status')).toBe('down'), 10_000);
    const refused = await refusalFor(of(primary, replica), 'move-persistence', primary);
    expect(refused).toContain('is down: it cannot keep what it does not get');
  });
});

describe('memory', () => {
  test('a limit below what is used would refuse writes', async () => {
    const server = await start({ args: ['--maxmemory', '60mb'] });
    for (let at = 0; at < 500; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
    expect(await refusalFor(having({ memoryLimitBytes: 80 * MIB }, server), 'lower-maxmemory', server)).toContain(
      'writes would soon be refused',
    );
    expect(await refusalFor(of(server), 'change-policy', server, { policy: 'noeviction' })).toContain('already');
  });

  test('a policy that deletes is not for a store', async () => {
    const server = await start({ args: ['--maxmemory', '60mb'] });
    const target = { purpose: 'store' as const, memoryLimitBytes: 4 * GIB };
    expect(await refusalFor(having(target, server), 'change-policy', server, { policy: 'allkeys-lru' })).toContain(
      'delete data that it is there to keep',
    );
  });

  test('no more than the machine has, and no end of eviction on a full server', async () => {
    const server = await start({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru'] });
    for (let at = 0; at < 300; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
    expect(await refusalFor(of(server), 'raise-maxmemory', server, { bytes: 8 * GIB })).toContain('is too much');
    expect(await refusalFor(of(server), 'change-policy', server, { policy: 'noeviction' })).toContain(
      'writes would fail at once',
    );
  });

  test('no step that evicts more than a twentieth', async () => {
    const server = await start({ args: ['--maxmemory', '60mb', '--maxmemory-policy', 'allkeys-lru'] });
    for (let at = 0; at < 500; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
    const args = { bytes: 20 * MIB };
    expect(await refusalFor(of(server), 'lower-maxmemory', server, args)).toContain('lower it in steps');
  });
});

describe('what a server or its owner cannot give', () => {
  const server = () => start({ args: ['--maxmemory', '100mb', '--repl-backlog-size', '10mb'] });
  test.each([
    ['memory for buffers of replicas', 'set-replica-output-buffer', { hard: GIB, rate: 1 }, 'more than a quarter of'],
    [
      'memory for a longer history',
      'set-repl-backlog-size',
      { rate: MIB, outage_s: 3600 },
      'more than 10 % of maxmemory',
    ],
    ['memory for connections', 'set-maxclients', { count: 200_000 }, 'more connections may take'],
  ])('%s', async (_what, id, args, because) => {
    const on = await server();
    expect(await refusalFor(having({ memoryLimitBytes: GIB }, on), id, on, args)).toContain(because);
  });

  test('seconds of writes that may not be lost', async () => {
    const on = await start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const objectives = { ...plainTarget().objectives, dataLossSeconds: 1 };
    const asked = refusalFor(having({ objectives }, on), 'set-fsync', on, { fsync: 'everysec' });
    expect(await asked).toContain('could then lose about 2 s of writes');
  });
});

describe('replicas that are required', () => {
  test('not more than are in good state: every write would be refused', async () => {
    const server = await start();
    expect(await refusalFor(of(server), 'set-min-replicas', server, { count: 1 })).toContain(
      'every write would be refused',
    );
  });

  test('the rule is not lifted beside another primary, nor while a server cannot be seen', async () => {
    const server = await start({ args: ['--min-replicas-to-write', '1'] });
    const rival = await start();
    const ask = () => refusalFor(of(server, rival), 'set-min-replicas', server, { count: 0 });
    expect(await ask()).toContain('is a primary as well');
    await rival.stop();
    expect(await ask()).toContain('may be a primary as well');
  });
});
