import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PREFIX = 'redis-medic-scratch-';
const FILE = 'dump.rdb';
const SOCKET = 'server.sock';

/** Nothing is cleared away that may still be at work. */
const STALE_MS = 60 * 60 * 1000;

/** A folder that nobody else can enter, with the file in it. */
export interface ScratchFolder {
  path: string;
  file: string;
  socket: string;
  remove(): Promise<void>;
}

export async function makeFolder(
  parent: string,
  file: string | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<ScratchFolder> {
  const folder = await emptyFolder(parent);
  if (typeof file !== 'string') await fill(folder, file, signal);
  // The server only reads it: it has no save points and is never asked to save.
  else await symlink(resolve(file), join(folder.path, FILE));
  return folder;
}

/** The same without the file. */
export async function emptyFolder(parent: string): Promise<ScratchFolder> {
  const path = await mkdtemp(join(parent, PREFIX));
  await chmod(path, 0o700);
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5 });
  return { path, file: FILE, socket: join(path, SOCKET), remove };
}

/** Puts the file into it, or removes it. */
export async function fill(
  folder: ScratchFolder,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const into = createWriteStream(join(folder.path, folder.file), { mode: 0o600, flags: 'wx' });
    await pipeline(Readable.from(bytes, { objectMode: false }), into, { ...(signal && { signal }) });
  } catch (error) {
    await folder.remove();
    // A stream that is called off says no more than that it was.
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Removes what a machine that lost its power left behind; otherwise a server's own guard has done so. */
export async function removeStale(parent: string, now: number): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    const { mtimeMs, uid } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: now, uid: -1 };
    if (now - mtimeMs < STALE_MS || uid !== process.getuid?.()) continue;
    if (!(await isServed(join(path, SOCKET)))) await rm(path, { recursive: true, force: true });
  }
}

function isServed(socket: string): Promise<boolean> {
  const { promise, resolve: settle } = Promise.withResolvers<boolean>();
  const probe = connect(socket);
  probe.once('connect', () => settle(true)).once('error', () => settle(false));
  return promise.finally(() => probe.destroy());
}
