import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, lchownSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, guard } from '../../demo/redis-server.ts';
import { findTool } from '../../deploy/unpacked.mjs';
import type { HostAccess } from '../../src/domain/target.ts';

export type SshAccess = Extract<HostAccess, { kind: 'ssh' }>;

/** An SSH server of our own on a loopback port, with one login. */
export interface SshServer {
  port: number;
  /** What a person would write into medic.yml for it. */
  access: SshAccess;
  user: string;
  /** Another host key, which it does not have. */
  strangerKey: string;
  stop(): Promise<void>;
}

const PASSPHRASE = 'open sesame';

/** `settings` are lines of its configuration: `ForceCommand sleep 30`. */
export async function startSshd(settings: readonly string[] = []): Promise<SshServer> {
  const found = findTool('sshd');
  if (!found) throw new Error('There is no sshd on this machine: npm test fetches or names one.');
  const account = login();
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-sshd-'));
  const path = found.root === undefined ? found.path : join(folder, 'root/usr/sbin/sshd');
  // Its account may not be able to read a folder of ours.
  if (found.root !== undefined) cpSync(found.root, join(folder, 'root'), { recursive: true, verbatimSymlinks: true });
  const keys = ['host', 'stranger', 'client'].map((name) => makeKey(join(folder, name), name === 'client'));
  const [hostKey = '', strangerKey = '', clientKey = ''] = keys;
  writeFileSync(join(folder, 'authorized'), clientKey);
  const port = await freePort();
  const helpers = found.root === undefined ? [] : helpersUnder(join(folder, 'root'));
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    ...helpers,
    ...settings,
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  chownAll(folder, account);
  const child = spawn(path, ['-D', '-e', '-f', join(folder, 'config')], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    env: { LD_LIBRARY_PATH: librariesUnder(join(folder, 'root')).join(':') },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const exited = once(child, 'exit');
  const watchdog = guard(child.pid ?? 0, folder);
  await listening(child, port);
  return {
    port,
    user: account.user,
    strangerKey,
    access: {
      kind: 'ssh',
      user: account.user,
      port,
      key: readFileSync(join(folder, 'client'), 'utf8'),
      passphrase: PASSPHRASE,
      trusted: { knownHosts: `[127.0.0.1]:${port} ${hostKey}` },
    },
    async stop() {
      watchdog.kill('SIGKILL');
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Account {
  user: string;
  uid: number;
  gid: number;
}

/** Ours, or as root one that has a shell: started as root, sshd wants an account and a folder of its own. */
function login(): Account {
  const { username: user, uid, gid } = userInfo();
  if (uid !== 0) return { user, uid, gid };
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n');
  const others = rows
    .map((row) => row.split(':'))
    .filter((row) => Number(row[2]) > 0 && /\/(ba|da|z)?sh$/.test(row[6] ?? ''));
  const [name, , id, group] = others.find(([name]) => name === 'postgres') ?? others[0] ?? [];
  if (name === undefined) throw new Error('There is no account with a shell beside root to run sshd as.');
  return { user: name, uid: Number(id), gid: Number(group) };
}

/** Makes a key pair; gives the public half. */
export function makeKey(file: string, secret: boolean): string {
  const words = ['-q', '-t', 'ed25519', '-N', secret ? PASSPHRASE : '', '-C', '', '-f', file];
  const { status, stderr, error } = spawnSync('ssh-keygen', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ssh-keygen failed: ${error?.message ?? stderr}`);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

function chownAll(folder: string, { uid, gid }: Account): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    lchownSync(join(folder, name), uid, gid);
  }
}

/** From OpenSSH 9.8 on its parts are programs of their own. */
function helpersUnder(root: string): string[] {
  const parts = { SshdSessionPath: 'sshd-session', SshdAuthPath: 'sshd-auth' };
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return Object.entries(parts).flatMap(([setting, name]) => {
    const file = files.find((one) => one.endsWith(`/${name}`));
    return file === undefined ? [] : [`${setting} ${join(root, file)}`];
  });
}

function librariesUnder(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((name) => {
    const folder = join(root, name);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((one) => one.endsWith('-linux-gnu')).map((one) => join(folder, one));
  });
}

/** Resolves when it takes connections. */
export async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2000);
  });
  for (let left = 200; left > 0 && child.exitCode === null; left -= 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(25);
  }
  throw new Error(`sshd did not start: ${said}`);
}
