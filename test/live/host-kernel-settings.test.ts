import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { KERNEL_SETTING_NAMES, keptIn } from '../../src/domain/kernel-settings.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { type Machine, NO_MACHINE, startMachine } from '../support/machine.ts';
import { Remedy } from '../support/remedy.ts';

const FILES = KERNEL_SETTING_NAMES.map((name) => `/proc/sys/${name.replaceAll('.', '/')}`);
const SWAPPINESS = '/proc/sys/vm/swappiness';

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
  const contentOf = async (file: string) => (await machine.asRoot('[ ! -e "$1" ] || cat "$1"', file)).trim();
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

  test('that somebody set otherwise meanwhile is not touched', async () => {
    await write(SWAPPINESS, '60');
    const proposal = await remedy.mustPlan('host-swappiness');
    await write(SWAPPINESS, '30');
    await remedy.ports.store.transaction((tx) => tx.addProposal(proposal));
    const { run } = await remedy.approve(proposal);
    expect(run).toMatchObject({ state: 'refused', note: expect.stringContaining('was 60, is 30') });
    expect(await contentOf(SWAPPINESS)).toBe('30');
  }, 30_000);

  test('is set back where the second command fails', async () => {
    await write(SWAPPINESS, '60');
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
    expect(await contentOf(SWAPPINESS)).toBe('60');
    expect(await contentOf(keptIn('vm.swappiness'))).toBe('');
  }, 30_000);

  test('and that of the machine on which the tests run is as it was', () => {
    expect(FILES.map((file) => readFileSync(file, 'utf8'))).toEqual(below);
  });
});
