import { afterEach, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { carryOut, type Deployment, missing, mustPlanFor, refusalFor } from '../support/carry-out.ts';
import { ENGINES } from '../support/engines.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** The installed server and one Valkey. */
const SOME = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-8.1');

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function field(server: RedisServer, name: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(name);
}

async function shows(server: RedisServer, name: string, value: string): Promise<void> {
  await vi.waitFor(async () => expect(await field(server, name)).toBe(value), 15_000);
}

const group = (...servers: RedisServer[]): Deployment => ({
  seeds: servers,
  all: servers,
  target: { kind: 'replication', memoryLimitBytes: 2 ** 30 },
});

test.each(SOME)(
  '$engine: the replica with the most data replaces a dead primary, the other goes on from its backlog',
  async (binary) => {
    const primary = await start({ binary });
    const [near, far] = await Promise.all([
      start({ binary, replicaOf: primary }),
      start({ binary, replicaOf: primary }),
    ]);
    for (const replica of [near, far]) await shows(replica, 'master_link_status', 'up');
    await primary.send('SET', 'a', '1');
    for (const replica of [near, far])
      await vi.waitFor(async () => expect(await replica.send('GET', 'a')).toBe('1'), 10_000);
    const all = group(primary, near, far);
    expect(await refusalFor(all, 'promote-replica', near)).toContain('is a primary and answers');
    far.kill('SIGSTOP');
    await primary.send('SET', 'b', '2');
    await vi.waitFor(async () => expect(await near.send('GET', 'b')).toBe('2'), 10_000);
    primary.kill('SIGKILL');
    far.kill('SIGCONT');
    for (const replica of [near, far]) await shows(replica, 'master_link_status', 'down');
    // The last bytes may still have been in its socket.
    const newest = [near, far].toSorted((one, other) => (one.port < other.port ? -1 : 1));
    const plan = await mustPlanFor(all, 'promote-replica', far);
    expect(plan.risk).toBe('destructive');
    expect(plan.impact.join(' ')).toContain(`If 127.0.0.1:${primary.port} comes back as it was`);
    await carryOut(all, plan.commands);
    const [heir] = newest.filter((server) => plan.commands[0]?.node.endsWith(`:${server.port}`));
    const other = heir === near ? far : near;
    if (!heir) throw new Error('no heir');
    expect(await missing(group(near, far), plan.commands)).toEqual([]);
    expect(await heir.send('SET', 'c', '3')).toBe('OK');
    await vi.waitFor(async () => expect(await other.send('MGET', 'a', 'b', 'c')).toEqual(['1', '2', '3']), 10_000);
    expect(await field(heir, 'sync_full')).toBe('0');
  },
);

test('a primary that answers in whatever words is not dead', async () => {
  const primary = await start({ args: ['--requirepass', 'secret'] });
  const replica = await start({ replicaOf: primary });
  await shows(replica, 'role', 'slave');
  expect(await refusalFor(group(replica), 'promote-replica', replica)).toContain('it may be the primary');
});

test('an empty replica of a dead primary is not promoted', async () => {
  const replica = await start({ replicaOf: { host: '127.0.0.1', port: 1 } });
  expect(await refusalFor(group(replica), 'promote-replica', replica)).toContain('it holds no data');
});

test('a ring is broken at the one with the newest data', async () => {
  const one = await start();
  const other = await start({ replicaOf: one });
  await shows(other, 'master_link_status', 'up');
  await one.send('SET', 'a', '1');
  await vi.waitFor(async () => expect(await other.send('GET', 'a')).toBe('1'), 10_000);
  await one.send('REPLICAOF', other.host, String(other.port));
  const both = group(one, other);
  const plan = await mustPlanFor(both, 'promote-replica', one);
  await carryOut(both, plan.commands);
  const roles = await Promise.all([one, other].map((server) => field(server, 'role')));
  expect(new Set(roles)).toEqual(new Set(['master', 'slave']));
  expect(await one.send('GET', 'a')).toBe('1');
});

test.each(SOME)(
  '$engine: of two primaries the one that is used stays; the other is fenced, then follows',
  async (binary) => {
    const old = await start({ binary });
    const promoted = await start({ binary, replicaOf: old });
    const follower = await start({ binary, replicaOf: promoted });
    for (const replica of [promoted, follower]) await shows(replica, 'master_link_status', 'up');
    await old.send('SET', 'a', '1');
    await vi.waitFor(async () => expect(await follower.send('GET', 'a')).toBe('1'), 10_000);
    await promoted.send('REPLICAOF', 'NO', 'ONE');
    await promoted.send('MSET', 'b', '2', 'c', '3');
    await old.send('SET', 'only-here', '1');
    const all = group(old, promoted, follower);
    const fence = await mustPlanFor(all, 'settle-split-brain', old, { part: 'fence' });
    expect(fence.args).toMatchObject({ survivor: `127.0.0.1:${promoted.port}`, min_replicas: 0 });
    const demote = await mustPlanFor(all, 'settle-split-brain', old, { part: 'demote' });
    expect(demote.risk).toBe('destructive');
    expect(demote.impact.join(' ')).toMatch(/its 2 keys become the 3 .*\(\d+ B of its stream since the two parted\)/);
    await carryOut(all, fence.commands);
    expect(await old.send('SET', 'x', '1')).toMatchObject({ code: 'NOREPLICAS' });
    expect(await old.send('GET', 'a')).toBe('1');
    if (typeof fence.undo === 'string') throw new Error(fence.undo);
    await carryOut(all, fence.undo);
    expect(await old.send('SET', 'x', '1')).toBe('OK');
    await carryOut(all, demote.commands);
    expect(await missing(all, demote.commands)).toEqual([]);
    expect(await old.send('MGET', 'a', 'b', 'only-here')).toEqual(['1', '2', null]);
    await carryOut(all, demote.otherwise ?? []);
    expect(await field(old, 'role')).toBe('slave');
  },
);

test('an emptied primary does not wipe the one that still has the data, and equals need a person', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const both = group(one, other);
  expect(await refusalFor(both, 'settle-split-brain', one, { part: 'fence' })).toContain('a person must say');
  await one.send('MSET', 'a', '1', 'b', '2', 'c', '3');
  const asked = { part: 'demote', survivor: `127.0.0.1:${other.port}` };
  expect(await refusalFor(both, 'settle-split-brain', one, asked)).toContain('wipe what may be the last good data');
  expect(await refusalFor(both, 'repoint-replica', one)).toContain('wipes its data');
});
