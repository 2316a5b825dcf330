import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { HUGE_PAGES_KEPT, HUGE_PAGES_NOW, KERNEL_SETTING_NAMES, keptIn } from '../../src/domain/kernel-settings.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { type Machine, NO_MACHINE, startMachine } from '../support/machine.ts';
import { Remedy } from '../support/remedy.ts';

const FILES = KERNEL_SETTING_NAMES.map((name) => `/proc/sys/${name.replaceAll('.', '/')}`);
const [OVERCOMMIT = '', SWAPPINESS = '', SOMAXCONN = '', SYN_BACKLOG = ''] = FILES;

test.runIf(NO_MACHINE !== undefined)(
  `commands for the kernel are only planned, as no machine can be made here: ${NO_MACHINE}`,
  async () => {
    const { actions } = await loadShelves();
    expect([...actions.keys()]).toEqual(expect.arrayContaining(['host-sysctl', 'host-huge-pages']));
  },
);

describe.runIf(NO_MACHINE === undefined)('the kernel of a machine', () => {
  let server: RedisServer;
  let machine: Machine;
  let remedy: Remedy;

  const write = (file: string, text: string) => machine.asRoot('printf "%s\\n" "$2" > "$1"', file, text);
  /** Empty where there is no such file. */
  const contentOf = (file: string) => machine.asRoot('[ ! -e "$1" ] || cat "$1"', file).trim();
  const below = FILES.map((file) => readFileSync(file, 'utf8'));

  beforeAll(async () => {
    [server, machine] = await Promise.all([
      startRedis({ args: ['--tcp-backlog', '2000', '--save', '3600 1'] }),
      startMachine(),
    ]);
    remedy = await Remedy.open([server], { host: machine.access });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([remedy?.close(), server?.stop(), machine?.stop()]);
  });

  test('is set as the server needs it, kept for the next start, and set back', async () => {
    write(OVERCOMMIT, '0');
    write(SOMAXCONN, '128');
    write(SYN_BACKLOG, '512');
    const done = await remedy.run('host-kernel-settings');
    expect([done.run.state, done.run.verdict, done.run.note]).toEqual(['finished', 'verified', expect.any(String)]);
    expect([OVERCOMMIT, SOMAXCONN, SYN_BACKLOG].map(contentOf)).toEqual(['1', '4096', '4096']);
    expect(contentOf(keptIn('vm.overcommit_memory'))).toBe('vm.overcommit_memory = 1');
    expect(contentOf(keptIn('net.core.somaxconn'))).toBe('net.core.somaxconn = 4096');
    expect(done.proposal).toMatchObject({ risk: 'host' });
    const [first] = done.proposal.steps.flatMap((step) => (step.kind === 'action' ? step.commands : []));
    expect(first?.argv.join(' ')).toBe(
      '/usr/bin/sudo -n /usr/bin/install -m 0644 -T /usr/local/lib/redis-medic/vm.overcommit_memory=1.conf /etc/sysctl.d/zz-redis-medic-vm.overcommit_memory.conf',
    );
    expect(await remedy.plan('host-kernel-settings')).toContain('is set as the server needs it already');

    const undone = await remedy.undo(done);
    expect(undone.run.verdict).toBe('verified');
    expect([OVERCOMMIT, SOMAXCONN, SYN_BACKLOG].map(contentOf)).toEqual(['0', '128', '512']);
    expect(KERNEL_SETTING_NAMES.map(keptIn).filter((file) => contentOf(file) !== '')).toEqual([]);
  }, 60_000);

  test('that somebody set otherwise meanwhile is not touched', async () => {
    write(SWAPPINESS, '60');
    const proposal = await remedy.mustPlan('host-swappiness');
    write(SWAPPINESS, '30');
    await remedy.ports.store.transaction((tx) => tx.addProposal(proposal));
    const { run } = await remedy.approve(proposal);
    expect(run).toMatchObject({ state: 'refused', note: expect.stringContaining('was 60, is 30') });
    expect(contentOf(SWAPPINESS)).toBe('30');
  }, 30_000);

  test('is set back where the second command fails', async () => {
    write(SWAPPINESS, '60');
    const proposal = await remedy.mustPlan('host-swappiness');
    await remedy.ports.store.transaction((tx) => tx.addProposal(proposal));
    const { hosts } = remedy.ports;
    if (!hosts) throw new Error('no hosts');
    remedy.ports.hosts = {
      ...hosts,
      async write(...to) {
        const opened = await hosts.write(...to);
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
    remedy.ports.hosts = hosts;
    expect(run.state).toBe('unknown');
    expect(run.note).toContain('The way back was sent');
    expect(rows.map(({ kind, state }) => `${kind} ${state}`)).toEqual(
      expect.arrayContaining(['command done', 'command unknown', 'rescue done']),
    );
    expect(contentOf(SWAPPINESS)).toBe('60');
    expect(contentOf(keptIn('vm.swappiness'))).toBe('');
  }, 30_000);

  test('gives huge pages only to those who ask, and to everybody again', async () => {
    write(HUGE_PAGES_NOW, '[always] madvise never');
    const done = await remedy.run('host-huge-pages');
    expect([done.run.verdict, done.run.note]).toEqual(['verified', expect.any(String)]);
    expect(contentOf(HUGE_PAGES_NOW)).toBe('always [madvise] never');
    expect(contentOf(HUGE_PAGES_KEPT)).toBe('w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise');
    const undone = await remedy.undo(done);
    expect(undone.run.verdict).toBe('verified');
    expect([HUGE_PAGES_NOW, HUGE_PAGES_KEPT].map(contentOf)).toEqual(['[always] madvise never', '']);
  }, 60_000);

  test('and that of the machine on which the tests run is as it was', () => {
    expect(FILES.map((file) => readFileSync(file, 'utf8'))).toEqual(below);
  });
});
