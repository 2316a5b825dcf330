// Programs of Debian packages for the tests: an SSH server, whose package would start a service, and sudo, which is not
// to change the rights on this machine. They are only unpacked, into folders of the user's.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { enginesFolder } from './engines.mjs';

/** Name -> its program, and the packages that it needs beside what every system has. */
const TOOLS = {
  sshd: { program: 'usr/sbin/sshd', packages: ['openssh-server', 'libwrap0'] },
  sudo: { program: 'usr/bin/sudo', packages: ['sudo'] },
};

/** An installed one, or the one that was unpacked: its program, and where its libraries and helpers are. */
export function findTool(name, env = process.env) {
  const { program } = TOOLS[name];
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const installed = folders.map((folder) => join(folder, basename(program))).find(isProgram);
  if (installed) return { path: installed };
  const root = join(enginesFolder(env), name);
  const path = join(root, program);
  return isProgram(path) ? { path, root } : undefined;
}

/** Unpacks one where there is apt and none is installed. */
export function fetchTool(name, env = process.env) {
  if (findTool(name, env)) return;
  const { program, packages } = TOOLS[name];
  const folder = enginesFolder(env);
  const work = join(folder, `${name}.${process.pid}`);
  mkdirSync(join(work, 'root'), { recursive: true });
  try {
    for (const one of packages) download(one, work);
    for (const file of readdirSync(work).filter((one) => one.endsWith('.deb'))) {
      spawnSync('dpkg', ['-x', file, 'root'], { cwd: work });
    }
    if (existsSync(join(work, 'root', program))) renameSync(join(work, 'root'), join(folder, name));
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
