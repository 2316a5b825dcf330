import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast } from '../../domain/server.ts';
import type { ScratchFolder } from './folder.ts';
import { BARE, type Program } from './programs.ts';

/** Last lines of its log: enough for the reason of its end. */
const LOG_BYTES = 16_384;

export interface ScratchServer {
  socket: string;
  password: string;
  /** Undefined while it runs. */
  ended(): { code: number | null; signal: NodeJS.Signals | null } | undefined;
  log(): string;
  stop(): Promise<void>;
}

/** Starts a server that listens nowhere but in its folder, saves nothing, and cannot outlive us. */
export async function startScratch(program: Program, folder: ScratchFolder, databases: number): Promise<ScratchServer> {
  const password = randomBytes(24).toString('hex');
  const config = join(folder.path, 'scratch.conf');
  // In a file, as everyone on the machine can read the words of a command line.
  await writeFile(config, settings(program, folder, password, databases), { mode: 0o600 });
  const child = spawn(program.path, [config], {
    argv0: program.name,
    cwd: folder.path,
    env: BARE,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group: whatever belongs to it ends with it.
    detached: true,
  });
  let log = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('latin1').on('data', (text: string) => {
      log = (log + text).slice(-LOG_BYTES);
    });
  }
  const closed = once(child, 'close').catch(() => undefined);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw error;
  }
  const guard = startGuard(pid, folder.path);
  yieldToOthers(pid);
  return {
    socket: folder.socket,
    password,
    ended: () => (isOver(child) ? { code: child.exitCode, signal: child.signalCode } : undefined),
    log: () => log,
    async stop() {
      if (!isOver(child)) killGroup(pid);
      await Promise.race([closed, sleep(5000)]);
      guard.kill('SIGKILL');
    },
  };
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function settings({ version }: Program, folder: ScratchFolder, password: string, databases: number): string {
  const lines = [
    'port 0',
    `unixsocket "${folder.socket}"`,
    'unixsocketperm 700',
    `dir "${folder.path}"`,
    `dbfilename ${folder.file}`,
    'save ""',
    'appendonly no',
    'maxmemory 0',
    'daemonize no',
    `databases ${databases}`,
    `requirepass ${password}`,
    // Every packed value is looked through while it is loaded, not only the structure around it.
    'sanitize-dump-payload yes',
    'activerehashing no',
    ...(atLeast(version, '7.0') ? ['enable-debug-command local'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Ends the server and clears its folder when this process ends, even by SIGKILL: it waits for a pipe that only we hold. */
function startGuard(pid: number, folder: string): ChildProcess {
  const script = 'cat >/dev/null; kill -9 "-$1" 2>/dev/null; rm -rf -- "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder], {
    env: BARE,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return guard;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

/** What else runs on this machine goes first. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not allow it; it then competes like any other.
  }
}
