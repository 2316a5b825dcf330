import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RedisServer } from '../../demo/redis-server.ts';
import type { Lab } from './lab.ts';

const run = promisify(execFile);

/** A user that owns nothing else: limits on its processes hit nobody. Root is not bound by them. */
const NOBODY_ELSE = 54_321;
const AS_ROOT = process.getuid?.() === 0;

/** A server whose forks can be forbidden: as root it runs as another user, which may read the program all the same. */
export async function startForkless(lab: Lab, args: readonly string[]): Promise<RedisServer> {
  if (!AS_ROOT) return lab.start(args);
  const dir = await mkdtemp(join(tmpdir(), 'medic-forks-'));
  lab.atEnd(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  await chown(dir, NOBODY_ELSE, NOBODY_ELSE);
  const path = join(dir, 'server');
  const { binary } = lab;
  const user = `setpriv --reuid=${NOBODY_ELSE} --regid=${NOBODY_ELSE} --clear-groups`;
  const rights = '--inh-caps=+dac_read_search --ambient-caps=+dac_read_search';
  const program = `bash -c 'exec -a "$0" "$@"' '${binary.name}' '${binary.path}' "$@"`;
  await writeFile(path, `#!/bin/sh\nexec ${user} ${rights} ${program}\n`, { mode: 0o755 });
  return lab.start([...args, '--dir', dir], { binary: { ...binary, path, name: path } });
}

/** From now on the kernel refuses this server every new process. */
export async function forbidForks({ pid }: RedisServer): Promise<void> {
  const user = AS_ROOT ? { uid: NOBODY_ELSE, gid: NOBODY_ELSE } : {};
  await run('prlimit', ['--pid', String(pid), '--nproc=1'], user);
}
