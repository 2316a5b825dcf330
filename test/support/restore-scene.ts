import { type KeptBackups, NO_BACKUPS } from '../../src/domain/backup.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { Target } from '../../src/domain/target.ts';
import backups from '../../src/probes/backups.ts';
import hostConfigFile from '../../src/probes/host-config-file.ts';
import hostDisk from '../../src/probes/host-disk.ts';
import hostFiles from '../../src/probes/host-files.ts';
import hostProcess from '../../src/probes/host-process.ts';
import hostRestore from '../../src/probes/host-restore.ts';
import supervisor from '../../src/probes/host-supervisor.ts';
import modules from '../../src/probes/modules.ts';
import serverFiles from '../../src/probes/server-files.ts';
import { CHANGEABLE } from './host-scene.ts';
import { GIB, group, type Over, primary } from './planning.ts';
import { saw } from './scene.ts';

export interface RestoreOver extends Over {
  container?: string;
  unit?: object | null;
  backup?: { bytes: number; modifiedAt: number } | null;
  /** What is kept in the store. */
  store?: KeptBackups;
  modules?: readonly string[];
  files?: object;
  /** What the configuration file says of appendonly; null: the file cannot be read. */
  appendonly?: string | null;
  checker?: string;
  available?: number;
  owner?: string;
  mode?: number;
  target?: Partial<Target>;
}

/** A server of systemd with snapshots, and a backup put on its machine. */
export function restorable(over: RestoreOver = {}): Snapshot {
  const { container, unit = {}, backup, files, appendonly = 'no', available = 100 * GIB, store = NO_BACKUPS } = over;
  const node = primary(over);
  const written = new Map(appendonly === 'no' ? [] : [['appendonly', [[appendonly ?? '']]]]);
  const readings = [
    ...node.readings,
    saw(hostProcess, { container: container as 'container' | undefined }),
    saw(supervisor, {
      kind: 'systemd',
      unit:
        unit === null
          ? undefined
          : ({ name: 'redis-server.service', stopTimeout: Number.POSITIVE_INFINITY, ...unit } as never),
    }),
    saw(hostRestore, {
      backup: backup === null ? undefined : (backup ?? { bytes: GIB, modifiedAt: 1_795_800_000 }),
      checker: over.checker ?? '/usr/bin/redis-check-rdb',
    }),
    saw(backups, store),
    saw(modules, (over.modules ?? []).map((name) => ({ name })) as never),
    saw(serverFiles, {
      dir: '/var/lib/redis',
      dbfilename: 'dump.rdb',
      appenddirname: 'appendonlydir',
      appendfilename: 'appendonly.aof',
      ...files,
    }),
    saw(hostFiles, {
      data: { path: '/var/lib/redis', mode: 0o750, uid: 107, gid: 112, owner: over.owner ?? 'redis', bytes: 4096 },
      snapshot: {
        path: '/var/lib/redis/dump.rdb',
        mode: over.mode ?? 0o660,
        uid: 107,
        gid: 112,
        owner: 'redis',
        bytes: 1,
      },
    }),
    appendonly === null
      ? saw(hostConfigFile, 'permission denied: /etc/redis/redis.conf')
      : saw(hostConfigFile, { values: written }),
    saw(hostDisk, { available }),
  ];
  return group([{ ...node, readings }], { host: CHANGEABLE, ...over.target });
}
