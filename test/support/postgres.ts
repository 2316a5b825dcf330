import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../demo/redis-server.ts';

/** A PostgreSQL server of our own, reached through a socket in its folder. */
export interface PostgresServer {
  pid: number;
  /** An URL of a new, empty database. */
  database(): Promise<string>;
  /** Ends every connection and starts the server again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

/** Starts a private cluster without fsync; gone with its folder when stopped. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = unprivileged();
  const binaries = findBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'medic-postgres-'));
  if (account.uid !== undefined) await chown(folder, account.uid, account.gid ?? account.uid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'medic', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'],
    {
      ...account,
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
  const port = await freePort();
  const url = (name: string) => `postgresql://medic@localhost/${name}?host=${encodeURIComponent(folder)}&port=${port}`;
  let server = await launch();
  let databases = 0;

  async function launch(): Promise<ChildProcess> {
    const settings = ['fsync=off', 'full_page_writes=off', 'listen_addresses=', `unix_socket_directories=${folder}`];
    const child = spawn(
      join(binaries, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2000);
    });
    for (let left = 800; left > 0 && child.exitCode === null; left -= 1) {
      if (await answers(url('postgres'))) return child;
      await sleep(50);
    }
    child.kill('SIGKILL');
    throw new Error(`PostgreSQL did not start: ${said}`);
  }

  // SIGINT is PostgreSQL's fast shutdown: connections are ended.
  async function end(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGINT');
    await once(server, 'exit');
  }

  return {
    pid: server.pid ?? 0,
    async database() {
      databases += 1;
      const name = `medic_${databases}`;
      await query(url('postgres'), `create database ${name}`);
      return url(name);
    },
    async restart() {
      await end();
      server = await launch();
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends one statement on a connection of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  return await query(url, 'select 1').then(
    () => true,
    () => false,
  );
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim());
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody".');
}

function findBinaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (found === undefined)
    throw new Error('There is no PostgreSQL server here. Install one: apt-get install postgresql');
  return found;
}
