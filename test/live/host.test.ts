import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Report } from '../../src/domain/report.ts';
import type { HostAccess } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { filesUnder } from '../house/source-tree.ts';
import { type ControlGroup, makeControlGroup } from '../support/control-group.ts';
import { observe } from '../support/observe.ts';
import { startSshd } from '../support/sshd.ts';

const { probes, rules } = await loadShelves();
const HOST_RULES = filesUnder('src/rules/host').map((file) => basename(file, '.ts'));
const LOCAL: HostAccess = { kind: 'local' };
const AS_ROOT = process.getuid?.() === 0;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function server(options: RedisServerOptions = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  cleanUp.push(() => started.stop());
  return started;
}

async function diagnose(on: RedisServer, meanwhile = () => sleep(1000), host = LOCAL): Promise<Report> {
  const snapshot = await observe([on], probes, { target: { host }, seconds: 1, meanwhile });
  return judge(snapshot, { rules, playbooks: new Map() });
}

/** `id severity`, `id severity < cause` for what is explained; without info, and without what this machine is like. */
function serious({ findings }: Report): string[] {
  return findings
    .filter(({ id, severity }) => severity !== 'info' && !HERE.includes(id))
    .map(({ id, severity, explainedBy }) => `${id} ${severity}${explainedBy === null ? '' : ` < ${explainedBy}`}`);
}

/** True of the machine that the tests run on, whatever is done to the server. */
const HERE = ['cpu-steal-throttle', 'no-auth-exposed', 'version-eol', 'rdb-only-large-rpo'];

function finding({ findings }: Report, id: string) {
  return findings.find((one) => one.id === id);
}

function reasonOf({ unassessed }: Report, id: string): string | undefined {
  return unassessed.find((one) => one.id === id)?.reason;
}

/** A file system of this many MiB to keep data on. */
function smallDisk(mebibytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  cleanUp.push(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe('a healthy server', () => {
  test('has nothing to fear of this host, and every host probe that it can answer answers', async () => {
    const on = await server({
      configFile: true,
      args: ['--save', '60 1', '--appendonly', 'yes', '--logfile', 'redis.log'],
    });
    await on.send('SET', 'a', '1');
    const report = await diagnose(on);
    expect(serious(report)).toEqual([]);
    // No service manager started it, and of other servers than the installed one there is no tool.
    const blind = report.unassessed.map(({ id }) => id).filter((id) => HOST_RULES.includes(id) && id !== 'aof-corrupt');
    expect(blind).toEqual(['systemd-unit-misfit']);
    // That it was started by root is told all the same.
    expect(finding(report, 'redis-runs-as-root')?.severity).toBe(AS_ROOT ? 'info' : undefined);
  });
});

describe('the disk', () => {
  test.runIf(AS_ROOT)('that is full is why nothing can be saved', async () => {
    const dir = smallDisk(16);
    const on = await server({ dir, args: ['--save', '3600 1'] });
    await on.send('SET', 'big', 'x'.repeat(3_000_000));
    await on.send('CONFIG', 'SET', 'rdbcompression', 'no');
    spawnSync('sh', ['-c', 'head -c 15m /dev/zero > "$1"/filler', 'sh', dir]);
    await on.send('BGSAVE');
    while (!textReply(await on.send('INFO', 'persistence')).includes('rdb_last_bgsave_status:err')) await sleep(50);
    const report = await diagnose(on, async () => {
      await on.send('SET', 'a', '1');
      await sleep(300);
    });
    expect(finding(report, 'disk-space-low')).toMatchObject({ severity: 'critical', explainedBy: null });
    expect(serious(report)).toContain('rdb-bgsave-failing critical < disk-space-low');
  });

  test.runIf(AS_ROOT)('that went read-only is why nothing can be saved', async () => {
    const dir = smallDisk(64);
    const on = await server({ dir, args: ['--save', '3600 1'] });
    expect(spawnSync('mount', ['-o', 'remount,ro', dir]).status).toBe(0);
    await on.send('SET', 'a', '1');
    await on.send('BGSAVE');
    while (!textReply(await on.send('INFO', 'persistence')).includes('rdb_last_bgsave_status:err')) await sleep(50);
    const report = await diagnose(on);
    expect(finding(report, 'data-folder-unwritable')).toMatchObject({ severity: 'critical', explainedBy: null });
    expect(serious(report)).toContain('rdb-bgsave-failing critical < data-folder-unwritable');
  });

  test.runIf(AS_ROOT)('of the append-only file alone is a disk of its own', async () => {
    const on = await server({ dir: smallDisk(16), args: ['--appendonly', 'yes'] });
    spawnSync('sh', ['-c', 'head -c 15500k /dev/zero > "$1"/filler', 'sh', on.dir]);
    expect(finding(await diagnose(on), 'disk-space-low')?.severity).toBe('critical');
  });
});

describe('limits of the process', () => {
  test('that leave room for few connections', async () => {
    const on = await server({ args: ['--maxclients', '100'] });
    const clients = Array.from({ length: 40 }, () => connect(on.port, on.host).on('error', () => undefined));
    cleanUp.push(() => {
      for (const client of clients) client.destroy();
    });
    const { status } = spawnSync('prlimit', ['--pid', String(on.pid), '--nofile=80:']);
    expect(status).toBe(0);
    while (!textReply(await on.send('INFO', 'clients')).includes('connected_clients:41')) await sleep(20);
    expect(finding(await diagnose(on), 'nofile-low')).toMatchObject({
      severity: 'warning',
      headline: expect.stringMatching(/of the files that the process may open \(80\)/),
    });
  });

  test('that cut the queue for new connections', async () => {
    const most = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
    const on = await server({ args: ['--tcp-backlog', String(most + 1)] });
    const report = await diagnose(on);
    expect(finding(report, 'tcp-backlog-capped')).toMatchObject({ severity: 'info', explainedBy: 'somaxconn-low' });
    expect(serious(report)).toEqual([]);
  });
});

const memory = makeControlGroup('memory');
memory?.remove();
const cpu = makeControlGroup('cpu');
cpu?.remove();

describe('control groups', () => {
  test.runIf(memory)('a limit is told, and a kill is the cause of the save that failed', async () => {
    const group = makeControlGroup('memory');
    const on = await server({ args: ['--save', '3600 1'] });
    if (!group) throw new Error('no control group');
    cleanUp.splice(-1, 0, () => group.remove());
    group.add(on.pid);
    group.set(group.old ? 'memory.limit_in_bytes' : 'memory.max', '80m');
    await on.send('DEBUG', 'POPULATE', '300', 'k', '100000');
    await on.send('CONFIG', 'SET', 'rdb-key-save-delay', '10000000');
    const report = await diagnose(on, async () => {
      await on.send('BGSAVE');
      // The kernel is to choose the child, as it does where the unit protects the server.
      for (const pid of childrenOf(on.pid)) writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
      const rewrite = "for i=0,299 do redis.call('SETRANGE', 'k:'..i, 0, string.rep('y', 90000)) end";
      await on.send('EVAL', rewrite, '0');
      await takeAll(group);
      while (textReply(await on.send('INFO', 'persistence')).includes('rdb_bgsave_in_progress:1')) await sleep(20);
    });
    expect(finding(report, 'oom-kill-observed')).toMatchObject({ severity: 'critical' });
    expect(serious(report)).toContain('rdb-bgsave-failing critical < oom-kill-observed');
  });

  test.runIf(memory)('a server that was killed is why nobody answers', async () => {
    const group = makeControlGroup('memory');
    const on = await server();
    if (!group) throw new Error('no control group');
    cleanUp.splice(-1, 0, () => group.remove());
    group.add(on.pid);
    group.set(group.old ? 'memory.limit_in_bytes' : 'memory.max', '40m');
    await on.send('DEBUG', 'POPULATE', '800', 'k', '100000').catch(() => undefined);
    expect(serious(await diagnose(on))).toEqual([
      'oom-kill-observed critical',
      'node-unreachable critical < oom-kill-observed',
    ]);
  });

  test.runIf(cpu)('a quota that stops the server is told', async () => {
    const group = makeControlGroup('cpu');
    const on = await server();
    if (!group) throw new Error('no control group');
    cleanUp.splice(-1, 0, () => group.remove());
    if (group.old) group.set('cpu.cfs_quota_us', '20000');
    else group.set('cpu.max', '20000 100000');
    group.add(on.pid);
    const report = await diagnose(on, async () => {
      await on.send('EVAL', 'for i=1,1500000 do redis.call("PING") end', '0');
      await sleep(100);
    });
    expect(finding(report, 'cpu-steal-throttle')).toMatchObject({
      severity: 'warning',
      headline: expect.stringContaining('was stopped in'),
    });
  });
});

/** Takes what a control group has left until the kernel ends it; the server, which takes none, is spared. */
async function takeAll(group: ControlGroup): Promise<void> {
  const hog = spawn('sh', ['-c', 'read go; exec tail /dev/zero'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(hog, 'exit');
  group.add(hog.pid ?? 0);
  writeFileSync(`/proc/${hog.pid}/oom_score_adj`, '600');
  hog.stdin.end('go\n');
  await ended;
}

function childrenOf(pid: number): string[] {
  return spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
}

describe('files', () => {
  test('a change that was not written down, and a password that all can read', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'redis-medic-open-'));
    spawnSync('chmod', ['755', dir]);
    cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'redis.conf'), 'maxmemory 10mb\nsave ""\nmasterauth hunter2\nappendfsync everysec\n', {
      mode: 0o644,
    });
    const on = await server({ dir, configFile: true });
    expect(serious(await diagnose(on))).toEqual(['config-file-world-readable warning']);
    await on.send('CONFIG', 'SET', 'maxmemory', '20mb');
    const report = await diagnose(on);
    expect(finding(report, 'config-drift-file')).toMatchObject({
      severity: 'warning',
      evidence: [{ field: 'maxmemory', value: '20971520', expected: '10mb, as in the file' }],
    });
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  test('an append-only file that is damaged under a running server', async () => {
    const on = await server({ args: ['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'] });
    for (const key of ['a', 'b', 'c']) await on.send('SET', key, 'value');
    const sound = await diagnose(on);
    expect(finding(sound, 'aof-corrupt')).toBeUndefined();
    const path = await aofOf(on);
    const text = readFileSync(path);
    text.write('?', text.indexOf('$5\r\nvalue'));
    writeFileSync(path, text);
    const report = await diagnose(on);
    // On servers that come with another tool it is not judged.
    const known = reasonOf(report, 'aof-corrupt');
    expect(known ?? finding(report, 'aof-corrupt')?.severity).toMatch(/^high$|no redis-check-aof of the same build/);
  });

  test('an append-only file whose end was cut off at the last start', async () => {
    const first = await startRedis({
      dir: mkdtempSync(join(tmpdir(), 'redis-medic-aof-')),
      args: ['--appendonly', 'yes'],
    });
    cleanUp.push(() => rmSync(first.dir, { recursive: true, force: true, maxRetries: 5 }));
    for (const key of ['a', 'b', 'c']) await first.send('SET', key, 'value');
    const path = await aofOf(first);
    await first.stop();
    truncateSync(path, readFileSync(path).length - 5);
    const on = await server({ dir: first.dir, args: ['--appendonly', 'yes', '--logfile', 'redis.log'] });
    expect(finding(await diagnose(on), 'aof-tail-truncated-history')).toMatchObject({ severity: 'high' });
  });
});

/** The part of the append-only file that is written to. */
async function aofOf(on: RedisServer): Promise<string> {
  const folder = await on.send('CONFIG', 'GET', 'appenddirname');
  const whole = Array.isArray(folder) && folder.length > 0;
  return whole ? join(on.dir, 'appendonlydir/appendonly.aof.1.incr.aof') : join(on.dir, 'appendonly.aof');
}

describe('over SSH', () => {
  test('an account without rights sees what it may, and says what it may not', async () => {
    const sshd = await startSshd();
    cleanUp.push(() => sshd.stop());
    const on = await server({ configFile: true, args: ['--logfile', 'redis.log'] });
    const report = await diagnose(on, () => sleep(1000), sshd.access);
    expect(serious(report)).toEqual([]);
    const judged = (id: string) => reasonOf(report, id) === undefined;
    expect(
      ['overcommit-disabled', 'nofile-low', 'swap-in-use', 'thp-active', 'tcp-backlog-capped'].filter(
        (id) => !judged(id),
      ),
    ).toEqual([]);
    // As root the server belongs to another account than sshd.
    const denied = AS_ROOT ? `permission denied: ${join(on.dir, 'redis.conf')}` : undefined;
    expect(reasonOf(report, 'config-drift-file')).toBe(denied);
  });

  test('a busy host with many servers loses none of their findings', async () => {
    // Ten servers ask it for about a hundred shells, six at a time.
    const sshd = await startSshd(['ForceCommand sleep 0.3; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"']);
    cleanUp.push(() => sshd.stop());
    const servers = await Promise.all(Array.from({ length: 10 }, () => server()));
    const snapshot = await observe(servers, probes, { target: { host: sshd.access }, seconds: 1 });
    const outcomes = snapshot.nodes.flatMap(({ outcomes: all }) => [...(all?.values() ?? [])]);
    const late = outcomes.filter((one) => one.kind === 'unanswered' && /within|too long/.test(one.reason));
    expect([outcomes.length > 0, late]).toEqual([true, []]);
  }, 60_000);

  test.each([
    ['a host that hangs in every command', ['ForceCommand sleep 30'], /no answer of the host within|took too long/],
    ['a host that runs no command', ['ForceCommand /no/such/program'], /no such file|broke off|has no/i],
  ])('%s costs its findings, a few seconds, and nothing else', async (_what, settings, reason) => {
    const sshd = await startSshd(settings);
    cleanUp.push(() => sshd.stop());
    const on = await server({ args: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'] });
    const began = performance.now();
    const report = await diagnose(on, () => sleep(1000), sshd.access);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(reasonOf(report, 'disk-space-low')).toMatch(reason);
    expect(report.nodes).toMatchObject([{ reachable: true }]);
  });
});
