import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BARE, type Startable } from './program.ts';

/** Last lines of its log: enough for the reason of its end. */
const LOG_BYTES = 16_384;
/** Its last words may come a moment after its end; children that it forked may hold the pipe for longer. */
const LAST_WORDS_MS = 200;

export interface Child {
  pid: number;
  log: () => string;
  /** Undefined while it runs. */
  ended: () => { code: number | null; signal: NodeJS.Signals | null } | undefined;
  /** Resolves when it has ended and its last words are in the log. */
  exited: Promise<void>;
  /** Ends it at once, with all that belongs to it. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** What of our environment it gets; all of it when absent. */
  env?: Readonly<Record<string, string>>;
  /** Removed with it when this process dies. */
  folder?: string;
  /** What else runs on this machine goes first. */
  yields?: boolean;
}

/** Starts a server program as a child that cannot outlive us and does not keep us alive. */
export async function startChild(
  { path, name }: Pick<Startable, 'path' | 'name'>,
  words: readonly string[],
  { env, folder, yields = false }: ChildOptions = {},
): Promise<Child> {
  // Its own process group: Ctrl-C reaches only us, and forked children of the server end with it.
  const child = spawn(path, words, { argv0: name, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw error;
  }
  const log = tail(child);
  const closed = once(child, 'close');
  const exited = once(child, 'exit').then(async () => {
    await Promise.race([closed, sleep(LAST_WORDS_MS)]);
  });
  child.unref();
  const watchdog = guard(pid, folder);
  if (yields) yieldToOthers(pid);
  const ended = () =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : { code: child.exitCode, signal: child.signalCode };
  return {
    pid,
    log,
    ended,
    exited,
    async stop() {
      if (!ended()) killGroup(pid);
      child.ref();
      await exited;
      watchdog.kill('SIGKILL');
    },
  };
}

/**
 * Ends a process group and removes a folder when this process ends, even by SIGKILL: it waits for the closing of a pipe that
 * only we hold.
 */
export function guard(pid: number | undefined, folder: string | undefined): ChildProcess {
  const ends = pid === undefined ? ':' : 'kill -9 "-$1" 2>/dev/null';
  const removes = folder === undefined ? ':' : 'rm -rf -- "$2"';
  const script = `cat >/dev/null; ${ends}; ${removes}`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder ?? ''], {
    env: BARE,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  unrefPipe(watchdog.stdin);
  return watchdog;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not allow it; it then competes like any other.
  }
}

function tail(child: ChildProcess): () => string {
  let text = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.setEncoding('latin1').on('data', (more: string) => {
      text = (text + more).slice(-LOG_BYTES);
    });
    unrefPipe(pipe);
  }
  return () => text;
}

function unrefPipe(pipe: Readable | Writable | null): void {
  if (pipe instanceof Socket) pipe.unref();
}
