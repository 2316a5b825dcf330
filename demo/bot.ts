import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { guard } from './redis-server.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const READY_MS = 60_000;
const LOOK_MS = 100;
const STOP_MS = 10_000;
/** pino's number for errors. */
const ERROR_LEVEL = 50;

export interface BotOptions {
  configFile: string;
  /** Removed with the bot should this process be killed. */
  folder: string;
  logFile: string;
  env: Readonly<Record<string, string>>;
  readyUrl: string;
  /** An error in the bot's log, in one line. */
  onTrouble: (line: string) => void;
}

export interface Bot {
  pid: number;
  /** Resolves when it has ended by itself or otherwise. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the bot exactly as in production, and waits until it is ready; rejects with the end of its log. */
export async function startBot(options: BotOptions): Promise<Bot> {
  // Nothing of our own environment that would configure the bot otherwise; its own group, so that Ctrl-C is ours to handle.
  const child = spawn(process.execPath, ['--max-semi-space-size=4', MAIN, 'start', '--config', options.configFile], {
    cwd: options.folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit').then(() => undefined);
  const watchdog = child.pid === undefined ? undefined : guard(child.pid, options.folder);
  keepLog(child, options);
  const stop = async () => {
    watchdog?.kill('SIGKILL');
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  const state = await Promise.race([ready(options.readyUrl), ended]);
  if (state === 'ready') return { pid: child.pid ?? 0, ended, stop };
  await stop();
  const log = await readFile(options.logFile, 'utf8').catch(() => '');
  throw new Error(`The bot did not start:\n${log.trim().split('\n').slice(-20).join('\n')}`);
}

function keepLog(child: ChildProcess, { logFile, onTrouble }: BotOptions): void {
  const file = createWriteStream(logFile, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      const trouble = troubleIn(line);
      if (trouble !== undefined) onTrouble(trouble);
    });
  }
}

function troubleIn(line: string): string | undefined {
  try {
    const entry = JSON.parse(line) as { level?: number | string; msg?: string };
    const bad = typeof entry.level === 'number' ? entry.level >= ERROR_LEVEL : entry.level === 'error';
    return bad ? (entry.msg ?? line) : undefined;
  } catch {
    return line;
  }
}

async function ready(url: string): Promise<'ready' | 'late'> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const res = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (res?.ok) return 'ready';
    await sleep(LOOK_MS);
  }
  return 'late';
}
