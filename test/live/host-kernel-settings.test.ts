import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { HUGE_PAGES_KEPT, HUGE_PAGES_NOW, KERNEL_SETTING_NAMES, keptIn } from '../../src/domain/kernel-settings.ts';
import { Remedy } from '../support/remedy.ts';
import { rootHost, withRemediate } from '../support/root-host.ts';
import { type SshServer, startSshd } from '../support/sshd.ts';

/** The kernel of the machine that the tests run on is really set, and set back. */
const AS_ROOT = process.getuid?.() === 0 && isWritable('vm.swappiness');

const FILES = KERNEL_SETTING_NAMES.map((name) => `/proc/sys/${name.replaceAll('.', '/')}`);
const [OVERCOMMIT = '', SWAPPINESS = '', SOMAXCONN = '', SYN_BACKLOG = ''] = FILES;

function isWritable(name: string): boolean {
  return spawnSync('sysctl', ['-w', `${name}=${contentOf(`/proc/sys/${name.replaceAll('.', '/')}`)}`]).status === 0;
}

function contentOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

function hugePages(): string | undefined {
  return /\[(\w+)\]/.exec(contentOf(HUGE_PAGES_NOW))?.[1];
}

describe.runIf(AS_ROOT)('the kernel of a machine', () => {
  let server: RedisServer;
  let sshd: SshServer;
  let remedy: Remedy;
  let root: ReturnType<typeof rootHost>;
  const before = FILES.map(contentOf);
  const pages = hugePages();

  beforeAll(async () => {
    [server, sshd] = await Promise.all([
      startRedis({ args: ['--tcp-backlog', '2000', '--save', '3600 1'] }),
      startSshd(),
    ]);
    remedy = await Remedy.open([server], { host: withRemediate(sshd.access) });
    root = rootHost(remedy.ports.hosts);
    remedy.ports.hosts = root.hosts;
    mkdirSync('/etc/sysctl.d', { recursive: true });
    mkdirSync('/etc/tmpfiles.d', { recursive: true });
  }, 60_000);
  afterAll(async () => {
    for (const [at, file] of FILES.entries()) writeFileSync(file, before[at] ?? '');
    if (pages !== undefined) writeFileSync(HUGE_PAGES_NOW, pages);
    root.remove();
    await Promise.all([remedy.close(), server.stop(), sshd.stop()]);
  });

  test('is set as the server needs it, kept for the next start, and set back', async () => {
    writeFileSync(OVERCOMMIT, '0');
    writeFileSync(SOMAXCONN, '128');
    writeFileSync(SYN_BACKLOG, '512');
    const done = await remedy.run('host-kernel-settings');
    expect([done.run.state, done.run.verdict, done.run.note]).toEqual(['finished', 'verified', expect.any(String)]);
    expect([OVERCOMMIT, SOMAXCONN, SYN_BACKLOG].map(contentOf)).toEqual(['1', '4096', '4096']);
    expect(contentOf(keptIn('vm.overcommit_memory'))).toBe('vm.overcommit_memory = 1');
    expect(contentOf(keptIn('net.core.somaxconn'))).toBe('net.core.somaxconn = 4096');
    expect(done.proposal).toMatchObject({ risk: 'host' });
    expect(root.sent[0]).toBe(
      '/usr/bin/sudo -n /usr/bin/install -m 0644 -T /usr/local/lib/redis-medic/vm.overcommit_memory=1.conf /etc/sysctl.d/zz-redis-medic-vm.overcommit_memory.conf',
    );
    expect(await remedy.plan('host-kernel-settings')).toContain('is set as the server needs it already');

    const undone = await remedy.undo(done);
    expect(undone.run.verdict).toBe('verified');
    expect([OVERCOMMIT, SOMAXCONN, SYN_BACKLOG].map(contentOf)).toEqual(['0', '128', '512']);
    expect(KERNEL_SETTING_NAMES.map(keptIn).filter((file) => existsSync(file))).toEqual([]);
  }, 60_000);

  test('that somebody set otherwise meanwhile is not touched', async () => {
    writeFileSync(SWAPPINESS, '60');
    const proposal = await remedy.mustPlan('host-swappiness');
    writeFileSync(SWAPPINESS, '30');
    await remedy.ports.store.transaction((tx) => tx.addProposal(proposal));
    const { run } = await remedy.approve(proposal);
    expect(run).toMatchObject({ state: 'refused', note: expect.stringContaining('was 60, is 30') });
    expect(contentOf(SWAPPINESS)).toBe('30');
  }, 30_000);

  test('is set back where the second command fails', async () => {
    writeFileSync(SWAPPINESS, '60');
    const proposal = await remedy.mustPlan('host-swappiness');
    await remedy.ports.store.transaction((tx) => tx.addProposal(proposal));
    remedy.ports.hosts = {
      ...root.hosts,
      async write(...to) {
        const opened = await root.hosts.write(...to);
        if (opened.kind === 'refused') return opened;
        const { session } = opened;
        const lost = { kind: 'unknown', why: 'the connection to the host was lost' } as const;
        return {
          kind: 'open',
          session: {
            ...session,
            send: async (command) => (command.includes('vm.swappiness=1') ? lost : session.send(command)),
          },
        };
      },
    };
    const { run, rows } = await remedy.approve(proposal);
    remedy.ports.hosts = root.hosts;
    expect(run.state).toBe('unknown');
    expect(run.note).toContain('The way back was sent');
    expect(rows.map(({ kind, state }) => `${kind} ${state}`)).toEqual(
      expect.arrayContaining(['command done', 'command unknown', 'rescue done']),
    );
    expect(contentOf(SWAPPINESS)).toBe('60');
    expect(existsSync(keptIn('vm.swappiness'))).toBe(false);
  }, 30_000);

  test.runIf(pages !== undefined)(
    'gives huge pages only to those who ask, and to everybody again',
    async () => {
      writeFileSync(HUGE_PAGES_NOW, 'always');
      const done = await remedy.run('host-huge-pages');
      expect([done.run.verdict, done.run.note]).toEqual(['verified', expect.any(String)]);
      expect(hugePages()).toBe('madvise');
      expect(contentOf(HUGE_PAGES_KEPT)).toBe('w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise');
      const undone = await remedy.undo(done);
      expect(undone.run.verdict).toBe('verified');
      expect([hugePages(), existsSync(HUGE_PAGES_KEPT)]).toEqual(['always', false]);
    },
    60_000,
  );
});
