import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, guard } from '../../demo/redis-server.ts';
import { findTool } from '../../deploy/unpacked.mjs';
import { type AclHostAsk, aclHostCommand } from '../../src/cli/acl-host.ts';
import type { HostRemediate } from '../../src/domain/target.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { COPY, KERNEL, LAYERS, PROGRAMS, STATE } from './machine-scripts.ts';
import { listening, makeKey, type SshAccess } from './sshd.ts';

const run = promisify(execFile);

/** The logins on it, as in the README. */
const LOGINS = { reader: 'medic-ssh', user: 'medic-host' } as const;
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
const IN_A_NAMESPACE = ['--mount', '--propagation', 'private', '--', 'sh', '-euc'];

/**
 * A machine of its own as far as files, accounts and the settings of the kernel go: whatever is changed on it is gone with
 * it, and the one below stays as it is. Processes and network are those of the one below, so that a server on it can be
 * one that a test started. It is set up by what `redis-medic acl host` prints.
 */
export interface Machine {
  /** What a person would write into medic.yml for it. */
  access: SshAccess & { remediate: HostRemediate };
  /** Does something on it as root, and gives what that printed; `words` are its $1, $2 … */
  asRoot(script: string, ...words: string[]): Promise<string>;
  /** What an undo must put back: settings of the kernel, and the files that an administrator looks after, each with a digest. */
  state(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** Why no such machine can be made here; undefined when it can. */
export const NO_MACHINE = whyNone();

function whyNone(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make one';
  const lacking = ['unshare', 'nsenter', 'chroot', 'useradd', 'sysctl', 'getent'].find(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: ENV }).status !== 0,
  );
  const unfetched = (['sshd', 'sudo'] as const).find((name) => !findTool(name));
  if (lacking !== undefined || unfetched !== undefined) return `there is no ${lacking ?? unfetched}`;
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-machine-'));
  const words = [...IN_A_NAMESPACE, LAYERS + KERNEL, 'sh', folder, tmpdir()];
  const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8', env: ENV });
  rmdirSync(folder);
  return status === 0 ? undefined : `this system does not let us: ${stderr.trim().split('\n').at(-1)}`;
}

/** `setUp` is done on it as root before the rules of sudo are written, for the server that `facts` are about. */
export async function startMachine({
  facts = {},
  setUp = '',
}: {
  facts?: AclHostAsk['facts'];
  setUp?: string;
} = {}): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-machine-'));
  const at = (name: string) => join(folder, name);
  chmodSync(folder, 0o755);
  const hostKey = makeKey(at('host'), false);
  for (const name of Object.values(LOGINS)) writeFileSync(at(`${name}.keys`), makeKey(at(name), false));
  const port = await freePort();
  writeFileSync(at('config'), sshConfig(port, folder));
  mkdirSync(at('layers'));
  const unpacked = (['sshd', 'sudo'] as const).flatMap((name) => findTool(name)?.root ?? []);
  const words = [
    ...IN_A_NAMESPACE,
    LAYERS + KERNEL + PROGRAMS,
    'sh',
    at('layers'),
    tmpdir(),
    at('config'),
    ...unpacked,
  ];
  const child = spawn('unshare', words, { cwd: '/', env: ENV, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const exited = once(child, 'exit');
  const { pid = 0 } = child;
  const watchdog = guard(pid, folder);
  const asRoot: Machine['asRoot'] = async (script, ...more) => {
    const enter = ['--target', String(pid), '--mount', '--', 'chroot', at('layers/root')];
    const { stdout } = await run('nsenter', [...enter, 'sh', '-euc', script, 'sh', ...more], { env: ENV });
    return stdout;
  };
  await listening(child, port);
  await asRoot(setUp);
  await asRoot(await printedFor(facts));
  // Without a password an account is locked, where PAM does not say otherwise.
  for (const name of Object.values(LOGINS)) await asRoot('usermod -p "*" "$1"', name);
  await asRoot('mv /usr/bin/cp /usr/bin/cp.real; printf %s "$1" > /usr/bin/cp; chmod 755 /usr/bin/cp', COPY);
  const keyOf = (user: string) => ({ user, key: readFileSync(at(user), 'utf8') });
  const { backups } = facts;
  return {
    access: {
      kind: 'ssh',
      port,
      ...keyOf(LOGINS.reader),
      trusted: { knownHosts: `[127.0.0.1]:${port} ${hostKey}` },
      remediate: { ...keyOf(LOGINS.user), ...(backups !== undefined && { backups }) },
    },
    asRoot,
    state: async () => stateIn(await asRoot(STATE)),
    async stop() {
      watchdog.kill('SIGKILL');
      if (child.exitCode === null) process.kill(-pid, 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function stateIn(listed: string): Map<string, string> {
  return new Map(listed.split('\n').map((line) => [line.slice(34), line.slice(0, 32)]));
}

function sshConfig(port: number, folder: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, '%u.keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    '',
  ].join('\n');
}

/** What an administrator is told to do on it. */
async function printedFor(facts: AclHostAsk['facts']): Promise<string> {
  const { probes } = await loadShelves();
  let script = '';
  const out = (text: string) => {
    script += text;
  };
  aclHostCommand(probes, { ...LOGINS, facts }, { out, err: () => undefined });
  return script;
}
