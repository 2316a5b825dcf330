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
import { HUGE_PAGES_NOW } from '../../src/domain/kernel-settings.ts';
import type { HostRemediate } from '../../src/domain/target.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { listening, makeKey, type SshAccess } from './sshd.ts';

const run = promisify(execFile);

/** The logins on it, as in the README. */
const LOGINS = { reader: 'medic-ssh', user: 'medic-host' } as const;
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
const IN_A_NAMESPACE = ['--mount', '--propagation', 'private', '--', 'sh', '-euc'];

/** In $1: the files of this machine under those of another one, which are gone with its last process. */
const LAYERS = `
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" root
`;

/** What is not to be changed is shared: processes, devices and, in $2, the files of the tests. Settings of the kernel are files of its own. */
const KERNEL = `
mount --rbind /proc root/proc
mount --rbind /sys root/sys
mount --rbind /dev root/dev
mount --bind "$2" "root$2"
mount -t tmpfs -o mode=755 tmpfs root/run
for setting in vm/overcommit_memory=0 vm/swappiness=60 net/core/somaxconn=4096 net/ipv4/tcp_max_syn_backlog=4096; do
  echo "\${setting#*=}" > setting
  name=\${setting%=*}
  mkdir -p "kernel/\${name%/*}"
  mv setting "kernel/$name"
  mount --bind "kernel/$name" "root/proc/sys/$name"
done
mount -t tmpfs -o mode=755 tmpfs root/sys/kernel/mm
mkdir root/sys/kernel/mm/transparent_hugepage
echo 'always madvise [never]' > root${HUGE_PAGES_NOW}
`;

/** Packages that were only unpacked are installed on it, and an SSH server of its own is started on what $3 configures. */
const PROGRAMS = `
config=$3
shift 3
for package; do
  for part in usr etc lib; do
    [ ! -d "$package/$part" ] || cp -a --no-preserve=ownership "$package/$part/." "root/$part/"
  done
done
chmod 4755 root/usr/bin/sudo
chmod 0440 root/etc/sudoers
mkdir -p root/run/sshd root/etc/sysctl.d root/etc/tmpfiles.d
chroot root getent passwd sshd >&2 || chroot root useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd
chroot root groupadd -f systemd-journal
exec chroot root /usr/sbin/sshd -D -e -f "$config"
`;

/** A file answers with what was written to it; the kernel says which of all that is. */
const COPY = `#!/bin/sh
/usr/bin/cp.real "$@" || exit
[ "$2" = ${HUGE_PAGES_NOW} ] || exit 0
chosen=$(cat "$2")
echo 'always madvise never' | sed "s/$chosen/[$chosen]/" > "$2"
`;

const STATE = `
cd /proc/sys
md5sum vm/overcommit_memory vm/swappiness net/core/somaxconn net/ipv4/tcp_max_syn_backlog ${HUGE_PAGES_NOW}
find /etc /usr/local -type f -exec md5sum {} +
`;

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
