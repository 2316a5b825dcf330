import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Startable } from '../../demo/redis-binary.ts';
import { freePort, sendTo } from '../../demo/redis-server.ts';
import type { Reply } from '../../src/domain/command.ts';
import type { HostFacts } from '../../src/domain/host-blanks.ts';
import { atLeast } from '../../src/domain/server.ts';
import type { Address, HostAccess } from '../../src/domain/target.ts';
import type { Hosts } from '../../src/flow/ports.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { type Machine, NO_MACHINE, startMachine } from './machine.ts';
import { managerOf } from './service-manager.ts';

const HOST = '127.0.0.1';
const GROUPS = '/sys/fs/cgroup/systemd';
const { probes } = await loadShelves();
/** The account of the server, on no machine before. */
const OWNER = 'medic-redis';

/** Why no service can be made here; undefined when it can. */
export const NO_SERVICE =
  NO_MACHINE ?? (existsSync(join(GROUPS, 'cgroup.procs')) ? undefined : `there is no ${GROUPS}`);

let made = 0;

/** A server that a service manager starts and stops as an account of its own, on a machine that is reached over SSH. */
export interface Service extends Address {
  /** Its data, and the folder where a backup is put. */
  data: string;
  backups: string;
  access: HostAccess;
  hosts: Hosts;
  machine: Machine;
  send(...words: [string, ...string[]]): Promise<Reply>;
  /** As an administrator would; afterwards it answers, or is gone. */
  restart(): Promise<void>;
  answers(): Promise<void>;
  failNextStart(): void;
  /** Ends its process, if it runs. */
  kill(signal: NodeJS.Signals): void;
  /** What its manager does when its process died: starts it, unless it was stopped. */
  revive(): Promise<void>;
  end(): Promise<void>;
}

/** `settings` are lines of its configuration file. */
export async function startService(engine: Startable, settings: readonly string[]): Promise<Service> {
  made += 1;
  const unit = `redis-medic-test-${process.pid}-${made}.service`;
  const group = join(GROUPS, 'system.slice', unit);
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-service-'));
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ['bin', 'data', 'backups']) mkdirSync(at(name));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const product = engine.name.startsWith('valkey') ? 'valkey' : 'redis';
  const [server, checker] = [at('bin', `${product}-server`), at('bin', `${product}-check-rdb`)];
  placePrograms(
    engine,
    at('bin'),
    [server, checker].map((path) => basename(path)),
  );
  writeFileSync(at('redis.conf'), [...basics(engine, port, folder), ...settings, ''].join('\n'));
  writeFileSync(at('systemctl'), managerOf({ folder, group, server, owner: OWNER }), { mode: 0o755 });
  const facts: HostFacts = {
    unit,
    owner: OWNER,
    data: at('data'),
    backups: at('backups'),
    checker,
    snapshot: 'dump.rdb',
    aof_folder: 'appendonlydir',
    aof_file: 'appendonly.aof',
  };
  const setUp = `
useradd --system --user-group --home-dir ${at('data')} ${OWNER}
chown -R ${OWNER}:${OWNER} ${folder}
rm -f /usr/bin/systemctl
mv ${at('systemctl')} /usr/bin/systemctl
`;
  const machine = await startMachine({ facts, setUp });
  const watchdog = endWithUs(folder, group);
  const systemctl = async (...words: string[]) => {
    await machine.asRoot('/usr/bin/systemctl "$@"', ...words);
  };
  const running = () => processIn(at('pid'));
  const send: Service['send'] = (...words) => sendTo({ host: HOST, port }, words);
  const answers = async () => {
    for (let left = 400; left > 0; left -= 1) {
      if ((await send('PING').catch(() => undefined)) === 'PONG') return;
      await sleep(25);
    }
    throw new Error(`it does not answer: ${readFileSync(at('log'), 'utf8').slice(-500)}`);
  };
  await systemctl('start', unit);
  await answers();
  return {
    host: HOST,
    port,
    data: at('data'),
    backups: at('backups'),
    access: machine.access,
    hosts: openHosts(probes),
    machine,
    send,
    answers,
    kill(signal) {
      const pid = running();
      if (pid !== undefined) process.kill(pid, signal);
    },
    async restart() {
      await systemctl('stop', unit);
      await systemctl('start', unit);
      await answers();
    },
    failNextStart: () => writeFileSync(at('fail'), ''),
    async revive() {
      if (!existsSync(at('active'))) return;
      // On a busy machine a killed process takes some time to go.
      for (let left = 500; left > 0 && running() !== undefined; left -= 1) await sleep(20);
      await systemctl('start', unit);
    },
    async end() {
      await systemctl('stop', unit);
      watchdog.kill('SIGKILL');
      await machine.stop();
      await removeGroup(group);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A process that was ended leaves its group a moment later. */
async function removeGroup(group: string): Promise<void> {
  for (let left = 400; existsSync(group); left -= 1) {
    const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    try {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      rmdirSync(group);
    } catch (error) {
      if (left === 0) throw error;
      await sleep(25);
    }
  }
}

/** The process of a pid file, unless it has ended. */
function processIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return /^State:\s*[XZ]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) ? undefined : pid;
  } catch {
    return undefined;
  }
}

function basics({ version }: Startable, port: number, folder: string): string[] {
  return [
    `port ${port}`,
    `bind ${HOST}`,
    'daemonize yes',
    `pidfile ${join(folder, 'pid')}`,
    `logfile ${join(folder, 'log')}`,
    `dir ${join(folder, 'data')}`,
    ...(atLeast(version, '7.0') ? ['enable-debug-command local'] : []),
  ];
}

/** The server and its checker side by side under their own names, where any account may run them. */
function placePrograms({ path }: Startable, bin: string, names: readonly string[]): void {
  const run = join(dirname(path), 'run');
  if (!existsSync(run)) {
    for (const one of names) symlinkSync(path, join(bin, one));
    return;
  }
  const own = join(bin, 'run');
  cpSync(run, own, { recursive: true });
  const program = /'([^']*)' "\$@"/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  for (const one of names) {
    const words = `'${join(own, 'loader')}' --argv0 '${join(bin, one)}' --library-path '${own}' '${join(own, program.slice(run.length + 1))}'`;
    writeFileSync(join(bin, one), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  }
}

/** Ends the service when this process ends, even by SIGKILL: it waits for the closing of a pipe that only we hold. */
function endWithUs(folder: string, group: string) {
  const script = 'cat >/dev/null; kill -9 "$(cat "$1/pid")"; sleep 1; rmdir "$2"; rm -rf -- "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', folder, group], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  return watchdog;
}
