// An SSH server for the tests. Installing Debian's package would start a service, so it is only unpacked, into a
// folder of the user's.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { enginesFolder } from './engines.mjs';

/** An installed one, or the one that was unpacked: its program, and where its libraries and helpers are. */
export function findSshd(env = process.env) {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const installed = folders.map((folder) => join(folder, 'sshd')).find(isProgram);
  if (installed) return { path: installed };
  const root = join(enginesFolder(env), 'sshd');
  const path = join(root, 'usr/sbin/sshd');
  return isProgram(path) ? { path, root } : undefined;
}

/** Unpacks one where there is apt and none is installed. */
export function fetchSshd(env = process.env) {
  if (findSshd(env)) return;
  const folder = enginesFolder(env);
  const work = join(folder, `sshd.${process.pid}`);
  mkdirSync(join(work, 'root'), { recursive: true });
  try {
    for (const name of ['openssh-server', 'libwrap0']) download(name, work);
    for (const file of readdirSync(work).filter((one) => one.endsWith('.deb'))) {
      spawnSync('dpkg', ['-x', file, 'root'], { cwd: work });
    }
    if (existsSync(join(work, 'root/usr/sbin/sshd'))) renameSync(join(work, 'root'), join(folder, 'sshd'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function download(name, cwd) {
  const fetch = () => spawnSync('apt-get', ['-qq', 'download', name], { cwd, stdio: 'ignore' }).status === 0;
  // The package lists may be missing; only root can fetch those.
  if (!fetch() && spawnSync('apt-get', ['-qq', 'update'], { stdio: 'ignore' }).status === 0) fetch();
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
