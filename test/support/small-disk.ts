import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Who may mount a file system. */
export const AS_ROOT = process.getuid?.() === 0;

export interface SmallDisk {
  folder: string;
  remove: () => Promise<void>;
}

/** A file system of this many MiB. */
export async function smallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-medic-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return {
    folder,
    remove: async () => {
      spawnSync('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    },
  };
}
