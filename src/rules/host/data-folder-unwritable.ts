import { reasonsToFork } from '../../domain/forking.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import disk from '../../probes/host-disk.ts';
import files, { type FileMode } from '../../probes/host-files.ts';
import process from '../../probes/host-process.ts';
import config from '../../probes/persistence-config.ts';
import replication from '../../probes/replication.ts';

/** The server cannot make a file where it keeps its data. */
export default defineRule({
  scope: 'node',
  needs: { disk, process, config, replication },
  more:
    'Snapshots and rewrites are written as a new file in this folder, so every save fails, and then the server refuses writes. ' +
    'Usually the file system went read-only after an error of the disk, or a restore or a tool gave the folder to another account. ' +
    'Read the kernel log before you mount it again; otherwise give the folder back (chown), then BGSAVE clears the error.',
  explains: [
    'rdb-bgsave-failing',
    'aof-write-error',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'replica-disk-error-panic-risk',
    'rdb-stale-save',
    'shutdown-would-lose-data',
    'replica-full-resync-loop',
    'replica-never-synced',
    'replica-link-down',
  ],
  tells: 'The log of the server says "Read-only file system" or "Permission denied", with room left on the disk.',
  check({ disk: { now }, process: { now: own }, config: { now: settings }, replication }, { node }) {
    const { save, appendonly } = settings;
    const writes = reasonsToFork({ save, appendonly, connectedReplicas: replication.now.connected_slaves }).length > 0;
    const severity = writes ? 'critical' : 'info';
    if (now.readOnly) {
      return {
        severity,
        headline: 'The file system of the data folder is read-only',
        evidence: [{ field: 'mount of dir', value: 'ro', expected: 'rw' }],
      };
    }
    const folder = readingIfAny(node, files)?.now.data;
    if (folder === undefined || own.uid === undefined)
      return { unassessed: 'the mode of the data folder cannot be seen' };
    if (mayWrite(folder, own.uid, own.gids)) return;
    return {
      severity,
      headline: `The account of the server (${own.uid}) may not write to its data folder, which belongs to ${folder.owner}`,
      evidence: [
        {
          field: `mode of ${folder.path}`,
          value: `${folder.mode.toString(8)} ${folder.uid}:${folder.gid}`,
          expected: `writable by ${own.uid}`,
        },
      ],
    };
  },
});

/** The kernel takes the first class that fits, and root may do anything. */
function mayWrite({ mode, uid, gid }: FileMode, user: number, groups: readonly number[]): boolean {
  if (user === 0) return true;
  if (user === uid) return (mode & 0o200) !== 0;
  return (mode & (groups.includes(gid) ? 0o020 : 0o002)) !== 0;
}
