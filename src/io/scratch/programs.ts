import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import type { Engine } from '../../domain/server.ts';

/** The program of a server. */
export interface Program {
  path: string;
  /** Name to start it under: Debian ships it as redis-check-rdb, and which program it is depends on its name. */
  name: string;
  engine: Engine;
  version: string;
}

const NAMES = ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'];
const VERSION_MS = 3000;
const LONGEST = 1000;

/** What these programs get of our environment: none of its secrets. */
export const BARE = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** What can be started on this machine: the programs that were named, then those on the search path. */
export async function findPrograms(named: readonly string[], searchPath: string): Promise<Program[]> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const paths = [...named, ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))];
  const found = await Promise.all([...new Set(paths)].map(identify));
  return found.filter((program) => program !== undefined);
}

async function identify(path: string): Promise<Program | undefined> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return undefined;
  }
  const name = basename(path).replace(/-check-(rdb|aof)$/, '-server');
  const [, engine, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/i.exec(await firstWords(path, name)) ?? [];
  if (engine === undefined || version === undefined) return undefined;
  return { path, name, engine: engine.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version };
}

async function firstWords(path: string, name: string): Promise<string> {
  const child = spawn(path, ['--version'], {
    argv0: name,
    env: BARE,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: VERSION_MS,
    killSignal: 'SIGKILL',
  });
  let words = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    words += text.slice(0, LONGEST - words.length);
  });
  await once(child, 'close').catch(() => undefined);
  return words;
}
