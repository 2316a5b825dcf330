import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import type { Engine } from '../../domain/server.ts';

/** The program of a Redis or Valkey server. */
export interface Program {
  path: string;
  /** Name to start it under: Debian ships it as redis-check-rdb, and which program it is depends on argv[0]. */
  name: string;
  engine: Engine;
  version: string;
}

/** What it takes to start one. */
export type Startable = Pick<Program, 'path' | 'name' | 'version'>;

const NAMES = ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'];
const VERSION_MS = 3000;

/** What these programs get of our environment: none of its secrets. */
export const BARE = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** What of the environment says where the server program is. */
export interface WhereToLook {
  PATH?: string | undefined;
  /** The path of one, over what PATH leads to. */
  REDIS_SERVER?: string | undefined;
}

/** The server program of this machine; undefined when there is none. */
export function findProgram({ PATH = '', REDIS_SERVER }: WhereToLook): Program | undefined {
  if (REDIS_SERVER !== undefined) return programAt(REDIS_SERVER);
  for (const path of onPath(PATH)) {
    const program = programAt(path);
    if (program) return program;
  }
  return undefined;
}

/** All that can be started on this machine: the programs that were named, then those on the search path. */
export function findPrograms(named: readonly string[], searchPath: string): Program[] {
  return [...new Set([...named, ...onPath(searchPath)])].flatMap((path) => programAt(path) ?? []);
}

/** The server program at a path; undefined when there is none that tells its version in time. */
export function programAt(path: string): Program | undefined {
  if (!isExecutable(path)) return undefined;
  const name = basename(path).replace(/-check-(rdb|aof)$/, '-server');
  const { stdout } = spawnSync(path, ['--version'], {
    argv0: name,
    env: BARE,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: VERSION_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 10_000,
  });
  const [, engine, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/i.exec(stdout) ?? [];
  if (engine === undefined || version === undefined) return undefined;
  return { path, name, engine: engine.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version };
}

/** Where one may be: a program of the first name in any folder comes before one of the next name. */
function onPath(searchPath: string): string[] {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
