import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { type Probe, textReply } from '../../src/domain/probe.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Rule } from '../../src/domain/rule.ts';
import { type Address, nodeName, type Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelf } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';

const SOURCE = new URL('../../src/', import.meta.url);
const probes = await loadShelf<Probe<unknown>>(new URL('probes/', SOURCE));
const families = ['connection', 'replication', 'persistence'].map((one) =>
  loadShelf<Rule>(new URL(`rules/${one}/`, SOURCE)),
);
const rules = new Map((await Promise.all(families)).flatMap((family) => [...family]));

const SAVE = ['--save', '3600 1 300 100 60 10000'];
/** A full sync begins at once instead of waiting 5 s for other replicas. */
const AT_ONCE = ['--repl-diskless-sync-delay', '0'];

/** A replica is cut off as soon as it is 100 kB behind during its full sync. */
const TIGHT = ['--repl-backlog-size', '16kb', '--client-output-buffer-limit', 'replica 100kb 0 0'];

const running: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(args: readonly string[] = [], replicaOf?: Address, more: { dir?: string; port?: number } = {}) {
  const server = await startRedis({ args, ...(replicaOf ? { replicaOf } : {}), ...more });
  running.push(server);
  return server;
}

async function diagnose(seed: RedisServer, wanted: Partial<Target> = {}, seconds = 1): Promise<Report> {
  const target = { kind: 'replication', ...wanted } as const;
  const snapshot = await observe([seed], probes, { target, seconds });
  return judge(snapshot, { rules, playbooks: new Map() });
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(field);
}

async function until(server: RedisServer, field: string, value: string): Promise<void> {
  await vi.waitFor(async () => expect(await info(server, field)).toBe(value), { timeout: 20_000, interval: 50 });
}

async function replicaOf(primary: RedisServer, args: readonly string[] = []): Promise<RedisServer> {
  const replica = await start(args, primary);
  await until(replica, 'master_link_status', 'up');
  return replica;
}

async function populate(server: RedisServer, keys: number, size = 10): Promise<void> {
  await server.send('DEBUG', 'POPULATE', String(keys), 'key', String(size));
}

/** Makes saving fail for root, too: the finished file cannot be renamed to a folder. */
async function breakSaving(server: RedisServer): Promise<void> {
  await rm(join(server.dir, 'dump.rdb'), { force: true });
  await mkdir(join(server.dir, 'dump.rdb'));
  await server.send('BGSAVE');
  await until(server, 'rdb_last_bgsave_status', 'err');
}

/** Writes until it is told to stop. */
function writing(server: RedisServer, size: number): () => Promise<void> {
  let going = true;
  const done = (async () => {
    for (let at = 0; going; at += 1) await server.send('SET', `key:${at % 50}`, 'x'.repeat(size));
  })();
  return async () => {
    going = false;
    await done;
  };
}

function found(report: Report, id: string): Finding | undefined {
  return report.findings.find((finding) => finding.id === id);
}

function worrying(report: Report): string[] {
  return report.findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ id, node, headline }) => `${id} on ${node}: ${headline}`);
}

describe('replication that is broken', () => {
  test('a replica that points at a port where nobody listens', async () => {
    const replica = await start(SAVE, { host: '127.0.0.1', port: await freePort() });
    const report = await diagnose(replica);
    expect(report.findings.map(({ id, severity, explainedBy }) => ({ id, severity, explainedBy }))).toEqual([
      { id: 'dependency-unreachable', severity: 'high', explainedBy: null },
      { id: 'replica-never-synced', severity: 'high', explainedBy: 'dependency-unreachable' },
    ]);
    expect(report.verdict).toBe('critical');
  });

  test('a replica with a wrong masterauth: the primary is well, and its refusals are the evidence', async () => {
    const primary = await start([...SAVE, '--requirepass', 'secret']);
    const replica = await start([...SAVE, '--requirepass', 'secret', '--masterauth', 'wrong'], primary);
    const report = await diagnose(replica, { credentials: { password: 'secret' } }, 2);
    const never = found(report, 'replica-never-synced');
    expect(never).toMatchObject({ severity: 'high', node: nodeName(replica), explainedBy: null });
    expect(never?.evidence.map(({ field }) => field)).toContain('errorstat_WRONGPASS of the primary');
    expect(report.nodes.map(({ name }) => name)).toContain(nodeName(primary));
  });

  test('a killed primary explains the lost link of its two replicas', async () => {
    const primary = await start([...SAVE, ...AT_ONCE]);
    const [one, two] = [await replicaOf(primary, SAVE), await replicaOf(primary, SAVE)];
    primary.kill('SIGKILL');
    await until(one, 'master_link_status', 'down');
    await until(two, 'master_link_status', 'down');
    const seeds = [one, two].map(({ host, port }) => ({ host, port }));
    const report = await diagnose(one, { seeds });
    expect(report.findings.map(({ id, severity, explainedBy }) => [id, severity, explainedBy])).toEqual([
      ['dependency-unreachable', 'high', null],
      ['replica-link-down', 'warning', 'dependency-unreachable'],
      ['replica-link-down', 'warning', 'dependency-unreachable'],
    ]);
    expect(report.findings[0]).toMatchObject({
      node: nodeName(primary),
      severity: 'high',
      explains: ['replica-link-down'],
    });
  });

  test('a backlog that is too small for what is really written', async () => {
    const primary = await start([...SAVE, ...AT_ONCE, '--repl-backlog-size', '16kb']);
    await replicaOf(primary, SAVE);
    const stop = writing(primary, 2000);
    const report = await diagnose(primary);
    await stop();
    expect(found(report, 'repl-backlog-undersized')).toMatchObject({ severity: 'warning', node: nodeName(primary) });
    expect(found(report, 'replica-lag-bytes')).toBeUndefined();
  });

  test('a replica whose output buffer overflows in every full sync', async () => {
    const primary = await start([...AT_ONCE, ...TIGHT, '--rdb-key-save-delay', '2000']);
    await populate(primary, 1000);
    await start([], primary);
    const stop = writing(primary, 20_000);
    await vi.waitFor(async () => expect(Number(await info(primary, 'sync_full'))).toBeGreaterThan(1), 20_000);
    const report = await diagnose(primary, {}, 5);
    await stop();
    expect(found(report, 'replica-full-resync-loop')).toMatchObject({ severity: 'critical', node: nodeName(primary) });
  });
});

describe('persistence that is broken', () => {
  test('a save that fails is the cause, writes that are refused the symptom; a good save clears both', async () => {
    const server = await start(SAVE);
    await server.send('SET', 'a', '1');
    await breakSaving(server);
    expect(await server.send('SET', 'b', '1')).toMatchObject({ code: 'MISCONF' });
    const report = await diagnose(server);
    expect(report.findings.map(({ id, severity, explainedBy }) => [id, severity, explainedBy])).toEqual([
      ['rdb-bgsave-failing', 'critical', null],
      ['misconf-writes-blocked', 'critical', 'rdb-bgsave-failing'],
      ['shutdown-would-lose-data', 'high', 'rdb-bgsave-failing'],
    ]);
    await rm(join(server.dir, 'dump.rdb'), { recursive: true });
    await server.send('BGSAVE');
    await until(server, 'rdb_last_bgsave_status', 'ok');
    expect(worrying(await diagnose(server))).toEqual([]);
  });

  test('a replica whose save fails crashes at the next write, as the finding says', async () => {
    // Its PING is a write to the replica as well.
    const primary = await start([...SAVE, ...AT_ONCE, '--repl-ping-replica-period', '3600']);
    const replica = await replicaOf(primary, SAVE);
    await primary.send('SET', 'a', '1');
    // A replica gets its first write when it has acknowledged the sync, up to a second later.
    await vi.waitFor(async () => expect(await replica.send('DBSIZE')).toBe(1), { timeout: 10_000, interval: 20 });
    await breakSaving(replica);
    const report = await diagnose(primary);
    expect(found(report, 'replica-disk-error-panic-risk')).toMatchObject({
      severity: 'critical',
      node: nodeName(replica),
      explainedBy: 'rdb-bgsave-failing',
    });
    await primary.send('SET', 'a', '2');
    await vi.waitFor(async () => expect(await replica.send('PING').catch(() => 'gone')).toBe('gone'), 10_000);
  });

  test('an append-only file on a full disk', async () => {
    const server = await start(['--appendonly', 'yes']);
    // The rewrite opens the next file of the sequence: there every write fails with ENOSPC.
    await symlink('/dev/full', join(server.dir, 'appendonlydir', 'appendonly.aof.2.incr.aof'));
    await server.send('BGREWRITEAOF');
    await until(server, 'aof_rewrites', '1');
    await server.send('SET', 'a', '1');
    await until(server, 'aof_last_write_status', 'err');
    const report = await diagnose(server, { purpose: 'store' });
    expect(report.findings.map(({ id, explainedBy }) => [id, explainedBy])).toEqual([
      ['aof-write-error', null],
      ['misconf-writes-blocked', 'aof-write-error'],
      ['shutdown-would-lose-data', 'aof-write-error'],
    ]);
  });

  test('a store without any persistence, and the same server without a purpose', async () => {
    const server = await start(['--save', '']);
    expect(worrying(await diagnose(server, { purpose: 'store' }))).toHaveLength(1);
    expect(found(await diagnose(server, { purpose: 'store' }), 'no-persistence-configured')?.severity).toBe('high');
    expect((await diagnose(server)).verdict).toBe('healthy');
  });

  test('a server that loads its data after a start', async () => {
    const first = await start(SAVE);
    await populate(first, 20_000);
    await first.send('SAVE');
    first.kill('SIGKILL');
    const slow = ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'];
    const server = await start([...SAVE, ...slow], undefined, { dir: first.dir });
    const report = await diagnose(server);
    expect(found(report, 'instance-loading')).toMatchObject({ severity: 'critical' });
    expect(report.verdict).toBe('critical');
  });
});

describe('servers that are well', () => {
  test('a fresh empty server', async () => {
    const report = await diagnose(await start(SAVE));
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('healthy');
  });

  test('a primary with two idle replicas in sync', async () => {
    const primary = await start([...SAVE, ...AT_ONCE]);
    await Promise.all([replicaOf(primary, SAVE), replicaOf(primary, SAVE)]);
    const report = await diagnose(primary, { objectives: { expectReplicas: 2, outageToSurviveSeconds: 600 } }, 2);
    expect(worrying(report)).toEqual([]);
    expect(report.nodes).toHaveLength(3);
  });

  test('a first sync that waits for others to join, as it does for 5 s by default', async () => {
    const primary = await start([...SAVE, '--repl-diskless-sync-delay', '30']);
    const replica = await start(SAVE, primary);
    await vi.waitFor(async () => expect(await info(primary, 'connected_slaves')).toBe('1'), 10_000);
    expect(worrying(await diagnose(replica))).toEqual([]);
    expect(await info(replica, 'master_link_status')).toBe('down');
  });

  test('a first sync in full transfer', async () => {
    const primary = await start([...SAVE, ...AT_ONCE, '--rdb-key-save-delay', '1000']);
    await populate(primary, 5000, 1000);
    const replica = await start(SAVE, primary);
    await until(replica, 'master_sync_in_progress', '1');
    const report = await diagnose(replica);
    expect(worrying(report)).toEqual([]);
    expect(found(report, 'replica-link-down')).toMatchObject({ severity: 'info' });
  });

  test('a replica that loads the copy of a big dataset', async () => {
    const primary = await start([...SAVE, ...AT_ONCE]);
    await populate(primary, 20_000);
    const slow = ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'];
    const replica = await start([...SAVE, ...slow], primary);
    await until(replica, 'loading', '1');
    const report = await diagnose(replica);
    expect(worrying(report)).toEqual([]);
    expect(found(report, 'instance-loading')).toMatchObject({ severity: 'info', node: nodeName(replica) });
  });

  test('a save in progress', async () => {
    const server = await start([...SAVE, '--rdb-key-save-delay', '1000']);
    await populate(server, 5000);
    await server.send('SET', 'a', '1');
    await server.send('BGSAVE');
    const report = await diagnose(server);
    expect(await info(server, 'rdb_bgsave_in_progress')).toBe('1');
    expect(worrying(report)).toEqual([]);
  });
});
