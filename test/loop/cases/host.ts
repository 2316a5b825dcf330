import { readFileSync } from 'node:fs';
import { type RedisServer, sendTo } from '../../../demo/redis-server.ts';
import { HUGE_PAGES_NOW, KERNEL_SETTINGS, type KernelSettingName } from '../../../src/domain/kernel-settings.ts';
import { takeBackup } from '../../../src/flow/backup/take.ts';
import type { Lab } from '../../lab/lab.ts';
import { type Machine, startMachine } from '../../support/machine.ts';
import { startService } from '../../support/service.ts';
import { ADVICE, type LoopCase, type Situation } from '../loop-case.ts';

/** What the kernel below lets a socket have; the queue of a server that wants more is cut. */
const LONGEST_QUEUE = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));

/** One server, on a machine of its own. */
function alone(args: readonly string[]): LoopCase['arrange'] {
  return async (lab) => {
    const [server, machine] = await Promise.all([lab.start(args), startMachine()]);
    lab.atEnd(() => machine.stop());
    return { seeds: [server], machine };
  };
}

function made({ machine }: Situation): Machine {
  if (!machine) throw new Error('no machine');
  return machine;
}

function first({ servers: [server] }: Lab): RedisServer {
  if (!server) throw new Error('no server');
  return server;
}

function fileOf(name: KernelSettingName): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

async function set(situation: Situation, file: string, value: number | string): Promise<void> {
  await made(situation).asRoot('echo "$2" > "$1"', file, String(value));
}

/** Throws where a file of the machine does not hold this. */
async function mustHold(situation: Situation, file: string, text: string): Promise<void> {
  const held = (await made(situation).asRoot('cat "$1"', file)).trim();
  if (held !== text) throw new Error(`${file} holds ${held}, not ${text}`);
}

/** What is done on machines: settings of the kernel, and a server that is stopped and started. */
export const host: readonly LoopCase[] = [
  {
    playbook: 'host-kernel-settings',
    name: 'the kernel may refuse to fork a server, and cuts its queue for new connections',
    undo: 'as-before',
    arrange: alone(['--tcp-backlog', '2000', '--save', '3600 1']),
    async prepare(situation) {
      // From this size on it is worth a warning.
      await first(situation.lab).send('DEBUG', 'POPULATE', '110', 'filler', '1000000');
      await set(situation, fileOf('vm.overcommit_memory'), 0);
      await set(situation, fileOf('net.core.somaxconn'), 128);
      await set(situation, fileOf('net.ipv4.tcp_max_syn_backlog'), 512);
    },
    async after(situation) {
      await mustHold(situation, fileOf('vm.overcommit_memory'), '1');
      await mustHold(situation, fileOf('net.core.somaxconn'), '4096');
      await mustHold(situation, '/etc/sysctl.d/zz-redis-medic-vm.overcommit_memory.conf', 'vm.overcommit_memory = 1');
      await mustHold(situation, '/etc/sysctl.d/zz-redis-medic-net.core.somaxconn.conf', 'net.core.somaxconn = 4096');
    },
  },
  {
    playbook: 'host-accept-queue',
    name: 'the kernel cut the queue for new connections of a server when it started',
    asked: { because: ADVICE, finds: 'tcp-backlog-capped' },
    undo: 'as-before',
    arrange: alone(['--tcp-backlog', String(LONGEST_QUEUE + 1)]),
    async prepare(situation) {
      await set(situation, fileOf('net.core.somaxconn'), LONGEST_QUEUE);
      await set(situation, fileOf('net.ipv4.tcp_max_syn_backlog'), LONGEST_QUEUE);
    },
    async after(situation) {
      await mustHold(
        situation,
        fileOf('net.core.somaxconn'),
        String(KERNEL_SETTINGS['net.core.somaxconn'].kept.find((one) => one > LONGEST_QUEUE)),
      );
    },
  },
  {
    playbook: 'host-huge-pages',
    name: 'the machine gives huge pages to everyone, and the server does not refuse them',
    undo: 'as-before',
    arrange: alone(['--disable-thp', 'no']),
    async prepare(situation) {
      await set(situation, HUGE_PAGES_NOW, '[always] madvise never');
    },
    async after(situation) {
      await mustHold(situation, HUGE_PAGES_NOW, 'always [madvise] never');
      await mustHold(
        situation,
        '/etc/tmpfiles.d/zz-redis-medic-huge-pages.conf',
        'w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise',
      );
    },
  },
  {
    playbook: 'host-swappiness',
    name: 'part of a server is swapped out',
    undo: 'as-before',
    arrange: alone([]),
    async prepare(situation) {
      await set(situation, fileOf('vm.swappiness'), 60);
      // What the kernel tells of the process, as it would where memory was short.
      const script =
        'sed "s/^VmSwap:.*/VmSwap:   102400 kB/" "/proc/$1/status" > /run/status; mount --bind /run/status "/proc/$1/status"';
      await made(situation).asRoot(script, String(first(situation.lab).pid));
    },
    async after(situation) {
      await mustHold(situation, fileOf('vm.swappiness'), '1');
      await mustHold(situation, '/etc/sysctl.d/zz-redis-medic-vm.swappiness.conf', 'vm.swappiness = 1');
    },
  },
  {
    playbook: 'restore-on-host',
    name: 'somebody deleted everything, and the server may be stopped',
    target: { purpose: 'store', memoryLimitBytes: 2 ** 30 },
    application: 'quiet',
    undo: 'as-before',
    async arrange(lab) {
      const service = await startService(lab.binary, ['appendonly yes', 'save ""']);
      lab.atEnd(() => service.end());
      await service.send('DEBUG', 'POPULATE', '1000', 'key', '100');
      return { seeds: [service], machine: service.machine };
    },
    async prepare({ works, target, seeds }) {
      const [server] = seeds;
      if (!server) throw new Error('no server');
      const taken = await takeBackup(works, { target, node: server, reason: { kind: 'manual' } });
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await sendTo(server, ['FLUSHALL']);
      await sendTo(server, ['SET', 'after', 'the accident']);
    },
    async after({ seeds: [server] }) {
      if (!server || (await sendTo(server, ['EXISTS', 'key:0', 'key:999', 'after'])) !== 2) {
        throw new Error('it does not hold what the backup does');
      }
    },
  },
];
