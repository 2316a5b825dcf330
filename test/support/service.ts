import { spawn, spawnSync } from 'node:child_process';
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
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, sendTo } from '../../demo/redis-server.ts';
import type { Reply } from '../../src/domain/command.ts';
import { atLeast } from '../../src/domain/server.ts';
import type { Address, HostAccess } from '../../src/domain/target.ts';
import type { Hosts } from '../../src/flow/ports.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import type { Engine } from './engines.ts';
import { sudoStandIn, withRemediate } from './root-host.ts';
import { startSshd } from './sshd.ts';

const HOST = '127.0.0.1';
const GROUPS = '/sys/fs/cgroup/systemd';
const { probes } = await loadShelves();

/** Whether a process can be put where systemd puts those of its services. */
export const SERVICES_CAN_BE_MADE = process.getuid?.() === 0 && existsSync(join(GROUPS, 'cgroup.procs'));

let made = 0;

/** A server that a service manager starts and stops, on a machine that is reached over SSH by an account without rights. */
export interface Service extends Address {
  /** Its data, and the folder where a backup is put. */
  data: string;
  backups: string;
  access: HostAccess;
  hosts: Hosts;
  send(...words: [string, ...string[]]): Promise<Reply>;
  /** As an administrator would; afterwards it answers, or is gone. */
  restart(): Promise<void>;
  answers(): Promise<void>;
  /** Puts the process that runs now into the group of the unit, as systemd does with every start. */
  adopt(): void;
  failNextStart(): void;
  end(): Promise<void>;
}

/** `settings` are lines of its configuration file. */
export async function startService(engine: Engine, settings: readonly string[]): Promise<Service> {
  made += 1;
  const unit = `redis-medic-test-${process.pid}-${made}.service`;
  const group = join(GROUPS, 'system.slice', unit);
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-service-'));
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ['bin', 'data', 'backups']) mkdirSync(at(name));
  mkdirSync(group, { recursive: true });
  const port = await freePort();
  placePrograms(engine, at('bin'));
  writeFileSync(at('redis.conf'), [...basics(engine, port, folder), ...settings, ''].join('\n'));
  writeFileSync(at('bin', 'systemctl'), managerOf(folder), { mode: 0o755 });
  const programs = new Map([...sudoStandIn(at('bin')), ['/usr/bin/systemctl', at('bin', 'systemctl')]]);
  chmodSync(folder, 0o755);
  const sshd = await startSshd([`SetEnv PATH=${at('bin')}:/usr/bin:/bin`]);
  spawnSync('chown', ['-R', sshd.user, folder]);
  const watchdog = endWithUs(folder, group);
  const systemctl = (verb: 'start' | 'stop') => {
    const words = ['-u', sshd.user, '--', at('bin', 'systemctl'), verb, unit];
    const { status, stderr } = spawnSync('runuser', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`systemctl ${verb}: ${stderr} ${readFileSync(at('log'), 'utf8').slice(-500)}`);
  };
  const send: Service['send'] = (...words) => sendTo({ host: HOST, port }, words);
  const answers = async () => {
    for (let left = 400; left > 0; left -= 1) {
      if ((await send('PING').catch(() => undefined)) === 'PONG') return;
      await sleep(25);
    }
    throw new Error(`it does not answer: ${readFileSync(at('log'), 'utf8').slice(-500)}`);
  };
  const service: Service = {
    host: HOST,
    port,
    data: at('data'),
    backups: at('backups'),
    access: withRemediate(sshd.access, at('backups')),
    hosts: openHosts(probes, programs),
    send,
    answers,
    async restart() {
      systemctl('stop');
      systemctl('start');
      await answers();
    },
    adopt: () => writeFileSync(join(group, 'cgroup.procs'), readFileSync(at('pid'), 'utf8').trim()),
    failNextStart: () => writeFileSync(at('fail'), ''),
    async end() {
      systemctl('stop');
      watchdog.kill('SIGKILL');
      await sshd.stop();
      rmdirSync(group);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  systemctl('start');
  await answers();
  service.adopt();
  return service;
}

function basics({ version }: Engine, port: number, folder: string): string[] {
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
function placePrograms({ path, name, engine }: Engine, bin: string): void {
  const names = [
    name.startsWith('valkey') ? 'valkey-server' : 'redis-server',
    `${engine.startsWith('valkey') ? 'valkey' : 'redis'}-check-rdb`,
  ];
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

/** The few words of systemctl that are needed, for one service. */
function managerOf(folder: string): string {
  return `#!/bin/sh
cd ${folder} || exit 1
pid=$(cat pid 2>/dev/null)
case "$1" in
show) printf 'LoadState=loaded\\nSubState=running\\nType=simple\\nRestart=on-failure\\nTimeoutStopUSec=infinity\\n' ;;
stop)
  [ -n "$pid" ] && kill -TERM "$pid"
  left=400
  while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
  rm -f pid
  ;;
start)
  [ -e fail ] && { rm fail; echo "Job for the service failed." >&2; exit 1; }
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && exit 0
  for server in redis-server valkey-server; do [ -e bin/$server ] && ${folder}/bin/$server ${folder}/redis.conf; done
  left=100
  while [ ! -s pid ] && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
  ;;
esac
exit 0
`;
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
