import { spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import { renderReport } from '../../src/cli/render/report.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Report } from '../../src/domain/report.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { makeControlGroup } from '../support/control-group.ts';
import { observe } from '../support/observe.ts';
import { AS_ROOT, smallDisk } from '../support/small-disk.ts';

const { probes, rules } = await loadShelves();
const SAVE = ['--save', '3600 1'];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function start(args: readonly string[], options: Omit<RedisServerOptions, 'args'> = {}): Promise<RedisServer> {
  const server = await startRedis({ args, ...options });
  cleanUp.push(() => server.stop());
  return server;
}

async function until(server: RedisServer, field: string, is: string | RegExp): Promise<void> {
  const now = async () => parseInfo(textReply(await server.send('INFO', 'everything'))).text(field) ?? '';
  const fits = typeof is === 'string' ? new RegExp(`^${is}$`) : is;
  await vi.waitFor(async () => expect(await now()).toMatch(fits), { timeout: 20_000, interval: 50 });
}

async function diagnose(seed: RedisServer, target: Partial<Target>, meanwhile = () => sleep(1000)): Promise<Report> {
  const snapshot = await observe([seed], probes, { target, seconds: 1, meanwhile });
  return judge(snapshot, { rules, playbooks: new Map() });
}

/** `id severity < cause`, of what is no note, as it stands in the report. */
function story({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ id, severity, explainedBy }) => `${id} ${severity}${explainedBy === null ? '' : ` < ${explainedBy}`}`);
}

function rivals({ findings }: Report, symptom: string): string[] | undefined {
  return findings.find(({ id }) => id === symptom)?.competing?.map(({ id }) => id);
}

describe('one incident', () => {
  test.runIf(AS_ROOT)('from a full disk to the writes that a lost replica forbids', async () => {
    const { folder: dir, remove } = await smallDisk(16);
    cleanUp.push(remove);
    const once = ['--rdbcompression', 'no', '--repl-diskless-sync-delay', '0', '--min-replicas-to-write', '1'];
    const primary = await start([...SAVE, ...once], { dir });
    const replica = await start(SAVE, { replicaOf: primary });
    await until(replica, 'master_link_status', 'up');
    await until(primary, 'min_slaves_good_slaves', '1');
    await until(primary, 'rdb_bgsave_in_progress', '0');
    for (let at = 0; at < 40; at += 1) await primary.send('SET', `key:${at}`, 'x'.repeat(100_000));
    spawnSync('sh', ['-c', 'head -c 15m /dev/zero > "$1"/filler', 'sh', dir]);
    await primary.send('BGSAVE');
    await until(primary, 'rdb_last_bgsave_status', 'err');
    expect(await primary.send('SET', 'a', '1')).toMatchObject({ code: 'MISCONF' });
    // Its next handshake begins with a PING, and that is refused as well.
    await primary.send('CLIENT', 'KILL', 'TYPE', 'replica');
    await until(replica, 'master_link_down_since_seconds', /^[2-9]/);
    const report = await diagnose(primary, {
      seeds: [primary, replica].map(({ host, port }) => ({ host, port })),
      kind: 'replication',
      host: { kind: 'local' },
      objectives: { expectReplicas: 1 },
      thresholds: { 'replica-link-down': { warnSeconds: 1 }, 'no-replicas-connected': { graceSeconds: 0 } },
    });
    expect(story(report)).toEqual([
      'disk-space-low critical',
      'rdb-bgsave-failing critical < disk-space-low',
      'misconf-writes-blocked critical < rdb-bgsave-failing',
      'replica-link-down warning < misconf-writes-blocked',
      'no-replicas-connected high < replica-link-down',
      'min-replicas-blocking-writes critical < no-replicas-connected',
      'shutdown-would-lose-data high < rdb-bgsave-failing',
    ]);
    expect(report.findings[0]?.headline).toMatch(/MiB of 16 MiB are free where dir is/);
    const shown = renderReport(report, { colour: false, columns: 110 });
    expect(shown).toContain(
      `      warning  replica-link-down  ${nodeName(replica)} because of misconf-writes-blocked\n`,
    );
  });
});

describe('causes that compete', () => {
  test('for refused writes: a snapshot and an append-only file that both fail', async () => {
    const server = await start([...SAVE, '--appendonly', 'yes']);
    await mkdir(join(server.dir, 'dump.rdb'));
    await server.send('BGSAVE');
    await until(server, 'rdb_last_bgsave_status', 'err');
    await server.send('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
    // The rewrite opens the next file of the sequence: there every write fails with ENOSPC.
    await symlink('/dev/full', join(server.dir, 'appendonlydir', 'appendonly.aof.2.incr.aof'));
    await server.send('BGREWRITEAOF');
    await until(server, 'aof_rewrites', '1');
    await server.send('SET', 'a', '1');
    await until(server, 'aof_last_write_status', 'err');
    await server.send('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'yes');
    const report = await diagnose(server, {});
    expect(story(report)).toEqual([
      'aof-write-error critical',
      'misconf-writes-blocked critical < aof-write-error',
      'shutdown-would-lose-data high < aof-write-error',
      'rdb-bgsave-failing critical',
    ]);
    expect(rivals(report, 'misconf-writes-blocked')).toEqual(['aof-write-error', 'rdb-bgsave-failing']);
    // The server says what the sign says.
    expect(rules.get('rdb-bgsave-failing')?.tells).toContain('is configured to save RDB snapshots');
    expect(await server.send('SET', 'b', '1')).toMatchObject({
      message: expect.stringContaining('is configured to save RDB snapshots'),
    });
  });

  const cpu = makeControlGroup('cpu');
  cpu?.remove();

  test.runIf(cpu)('for slow commands: KEYS, and a quota that stops the server', async () => {
    const group = makeControlGroup('cpu');
    const server = await start([]);
    if (!group) throw new Error('no control group');
    cleanUp.splice(-1, 0, () => group.remove());
    await server.send('DEBUG', 'POPULATE', '500000');
    if (group.old) group.set('cpu.cfs_quota_us', '20000');
    else group.set('cpu.max', '20000 100000');
    group.add(server.pid);
    const report = await diagnose(server, { host: { kind: 'local' } }, async () => {
      for (let at = 0; at < 2; at += 1) await server.send('KEYS', '*none*');
      await sleep(200);
    });
    expect(story(report)).toEqual([
      'dangerous-commands-in-use critical',
      'slow-commands-present high < dangerous-commands-in-use',
      'cpu-steal-throttle warning',
    ]);
    expect(rivals(report, 'slow-commands-present')).toEqual(['dangerous-commands-in-use', 'cpu-steal-throttle']);
    expect(renderReport(report, { colour: false, columns: 110 })).toMatch(
      /because of dangerous-commands-in-use, or of cpu-steal-throttle\n.*\n {4}If it is dangerous-commands-in-use: SLOWLOG GET/,
    );
  });
});
