import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** The program of a Redis or Valkey server. */
export interface Binary {
  path: string;
  /** Name to start it under: argv[0]. */
  name: string;
  family: 'redis' | 'valkey';
  version: string;
}

// Debian's redis-tools ships the server under the name redis-check-rdb: which program it is depends on argv[0].
const NAMES = ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'];

/** What of the environment says where the server program is. */
export interface WhereToLook {
  PATH?: string | undefined;
  /** The path of one, over what PATH leads to. */
  REDIS_SERVER?: string | undefined;
}

/** The server program of this machine; undefined when there is none. */
export function findBinary({ PATH = '', REDIS_SERVER }: WhereToLook): Binary | undefined {
  const path = REDIS_SERVER ?? NAMES.map((name) => onPath(name, PATH)).find((file) => file !== undefined);
  return path === undefined ? undefined : binaryAt(path);
}

/** The server program at a path; throws when it cannot be run. */
export function binaryAt(path: string): Binary {
  const name = basename(path).replace(/-check-(rdb|aof)$/, '-server');
  const { stdout, error } = spawnSync(path, ['--version'], { argv0: name, encoding: 'utf8' });
  if (error) throw error;
  const family = /^valkey/i.test(stdout) ? 'valkey' : 'redis';
  return { path, name, family, version: /v=([\d.]+)/.exec(stdout)?.[1] ?? '0' };
}

function onPath(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}
