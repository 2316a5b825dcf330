import type { Command } from '../domain/command.ts';
import { defineHostProbe, file } from '../domain/host-probe.ts';
import { NotAnswered } from '../domain/probe.ts';

/** A file system that the server writes to. Bytes. */
export interface Volume {
  total: number;
  /** What the server may still fill, without the reserve of root. */
  available: number;
  /** 0 on file systems that make them as they need. */
  inodes: number;
  inodesFree: number;
}

/** What a disk did since the host started. */
export interface DiskWork {
  /** Major and minor number, such as 8:0. */
  device: string;
  requests: number;
  /** What all requests took together. */
  milliseconds: number;
}

/** The disks that the server writes to. */
export default defineHostProbe({
  sampled: 'pair',
  fields: { available: 'number' },
  asks: {
    data: spaceOf('{dir}'),
    aof: spaceOf('{aof_dir}'),
    mounts: file('/proc/{pid}/mountinfo'),
    stats: file('/proc/diskstats'),
  },
  read(answers) {
    const data = volumeOf(answers.need('data'));
    if (!data) throw new NotAnswered('the host does not tell how full the disk is');
    const aof = answers.text('aof');
    const mount = mountOf(answers.all('data')[0]?.about ?? '', answers.text('mounts') ?? '');
    return {
      ...data,
      /** The folder of the append-only file, which can be a volume of its own. */
      aof: aof === undefined ? undefined : volumeOf(aof),
      readOnly: mount?.readOnly,
      work: mount && workOf(mount.device, answers.text('stats') ?? ''),
    };
  },
});

function spaceOf(path: string): Command {
  return ['stat', '-f', '-c', '%S %b %f %a %c %d', path];
}

function volumeOf(text: string): Volume | undefined {
  const [size, blocks, free, available, inodes, inodesFree] = text.trim().split(' ').map(Number);
  if (!size || !blocks || free === undefined || available === undefined) return undefined;
  // As df counts: what is kept for root is neither used nor available.
  return {
    total: size * (blocks - free + available),
    available: size * available,
    inodes: inodes ?? 0,
    inodesFree: inodesFree ?? 0,
  };
}

/** The mount that a folder is on: the longest that it begins with. */
function mountOf(folder: string, text: string): { device: string; readOnly: boolean } | undefined {
  const inside = folder.replace(/^\/proc\/\d+\/root(?=\/|$)/, '') || '/';
  const mounts = text.split('\n').flatMap((line) => {
    const [, , device, , point, options = ''] = line.split(' ');
    const on = point !== undefined && (point === '/' || `${inside}/`.startsWith(`${point}/`));
    return on && device ? [{ device, point, readOnly: options.split(',').includes('ro') }] : [];
  });
  // Of two mounts on one point the later one is seen.
  return mounts.reduce<(typeof mounts)[number] | undefined>(
    (best, one) => (best && best.point.length > one.point.length ? best : one),
    undefined,
  );
}

/** Undefined for what is no disk of its own, such as btrfs or a network file system. */
function workOf(device: string, text: string): DiskWork | undefined {
  const row = text.split('\n').find((line) => line.trim().split(/\s+/).slice(0, 2).join(':') === device);
  const counts = row?.trim().split(/\s+/).slice(3).map(Number);
  const [reads, , , readMs, writes, , , writeMs] = counts ?? [];
  if (reads === undefined || readMs === undefined || writes === undefined || writeMs === undefined) return undefined;
  return { device, requests: reads + writes, milliseconds: readMs + writeMs };
}
