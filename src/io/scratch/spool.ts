import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Spool } from '../../flow/backup/ports.ts';
import { isFull, readPart } from '../places/folder.ts';
import { guard } from './child.ts';
import { emptyFolder, fill } from './folder.ts';

/** Room that is left to others. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** Copies for a while, each in a folder of its own, which ends with this process, however that ends. */
export function spoolIn(parent: string): Spool {
  return async (source, size, signal) => {
    if (size + SPARE_BYTES > (await roomIn(parent))) return undefined;
    const folder = await emptyFolder(parent);
    const watchdog = guard(undefined, folder.path);
    // Whoever clears up after others sees by this that the folder is in use.
    const sign = createServer().listen(folder.socket).unref();
    const release = async () => {
      sign.close();
      await folder.remove();
      watchdog.kill('SIGKILL');
    };
    try {
      await once(sign, 'listening');
      await fill(folder, source, signal);
    } catch (error) {
      await release();
      // Others have taken the room.
      if (isFull(error)) return undefined;
      throw error;
    }
    const path = join(folder.path, folder.file);
    return { path, read: (range) => readPart(path, range), release };
  };
}

export async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
