import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** The program of a Redis or Valkey server. */
export interface Binary {
  path: string;
  /** Name to start it under: argv[0]. */
  name: string;
  version: string;
}

let found: Binary | undefined;

/** Debian's redis-tools ships the server under the name redis-check-rdb: which program it is depends on argv[0]. */
export function findRedis(): Binary {
  if (found) return found;
  const names = ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'];
  const path = process.env.REDIS_SERVER ?? names.map(onPath).find((file) => file !== undefined);
  if (path === undefined) {
    throw new Error(
      'There is no Redis or Valkey server on this machine. Install one: ' +
        '"sudo apt-get install redis-tools" (Debian, Ubuntu), "brew install redis" (macOS) or ' +
        '"sudo dnf install valkey" (Fedora); or set REDIS_SERVER to the path of a redis-server.',
    );
  }
  found = binaryAt(path);
  return found;
}

/** The server program at a path; throws when it cannot be run. */
export function binaryAt(path: string): Binary {
  const name = basename(path).replace(/-check-(rdb|aof)$/, '-server');
  const { stdout, error } = spawnSync(path, ['--version'], { argv0: name, encoding: 'utf8' });
  if (error) throw error;
  return { path, name, version: /v=([\d.]+)/.exec(stdout)?.[1] ?? '0' };
}

function onPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}
