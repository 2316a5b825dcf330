import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { diskFor, forkRunning, roomToFork, saveSeconds, untilFileIsWhole } from '../domain/headroom.ts';
import { diskErrorWouldCrash, unsteady } from '../domain/replication-group.ts';
import { savePoints } from '../domain/save-points.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { nodeNamed, primaryOf, type ReadNode, readingIfAny, replicasOf } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import hostDisk from '../probes/host-disk.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** Bytes behind: a replica that keeps the data must have it. */
const CLOSE = 1024 * 1024;

/** Has a replica keep the append-only file in place of its primary, whose disk makes clients wait. The primary keeps its snapshots. */
export default defineAction({
  args: z.strictObject({
    /** `host:port`; a replica that has the file already, else the one that is nearest, when absent. */
    replica: z.string().optional(),
  }),
  needs: [memoryProbe, persistence, persistenceConfig, replication, server, stats],
  sends: [['CONFIG', 'SET']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const primary = scene.node.identity.role === 'primary' ? scene.node : primaryOf(snapshot, scene.node);
    if (!primary) return { refused: `the primary of ${scene.node.name} could not be read` };
    const own = scene.read(persistenceConfig, primary);
    if (own.appendonly !== 'yes') return { refused: `the append-only file of ${primary.name} is off already` };
    if (savePoints(own.save).length === 0) {
      return {
        refused: `${primary.name} takes no snapshots: without its append-only file it would come back empty from a crash, and its replicas would copy that. Set save points first (playbook set-save-points)`,
      };
    }
    if (scene.read(persistence, primary).rdb_last_bgsave_status === 'err') {
      return { refused: `the last snapshot of ${primary.name} failed: it would keep nothing. Repair its disk first` };
    }
    const replica = chosen(args.replica, primary, scene);
    if (!replica) return { refused: `${args.replica ?? `${primary.name} has no replica that`} could not be read` };
    const unfit = whyUnfit(scene, primary, replica);
    if (unfit) return { refused: unfit };
    const theirs = scene.read(persistenceConfig, replica);
    const begins = theirs.appendonly !== 'yes';
    const memory = scene.read(memoryProbe, replica);
    const fork = scene.read(persistence, replica);
    const room = roomToFork(snapshot, replica, memory, fork, scene.read(stats, replica).instantaneous_ops_per_sec);
    if (begins && 'refused' in room) return room;
    const data = memory.used_memory_dataset ?? memory.used_memory;
    const seen = readingIfAny(replica, hostDisk)?.now;
    const disk = diskFor(replica, data, seen && (seen.aof ?? seen).available);
    if (begins && 'refused' in disk) return disk;
    const on = changeOf(settingsOf(replica, 'persistence-config', theirs, { appendonly: 'yes' }));
    const off = changeOf(settingsOf(primary, 'persistence-config', own, { appendonly: 'no' }));
    if (!off) return { refused: `the append-only file of ${primary.name} is off already` };
    const took = saveSeconds(memory, fork);
    return {
      args: { replica: replica.name },
      commands: [
        ...(on?.commands ?? []).map((command) => ({
          ...command,
          until: untilFileIsWhole(replica, took),
        })),
        ...off.commands,
      ],
      // The primary has its file again before the replica gives it up.
      undo: [...off.undo, ...(on?.undo ?? [])],
      impact: [
        begins
          ? `${replica.name} forks and writes its ${bytes(data)} of data into an append-only file for about ${duration(Math.ceil(took))}; only then ${primary.name} stops writing its own. ${'impact' in room ? room.impact : ''}`.trim()
          : `${replica.name} keeps an append-only file already; ${primary.name} stops writing its own.`,
        ...(begins && 'impact' in disk ? [disk.impact] : []),
        `Clients of ${primary.name} no longer wait for its disk; it still takes snapshots (${JSON.stringify(own.save)}).`,
        `If ${primary.name} crashes, promote ${replica.name}: a restart of the primary would bring the last snapshot back, and the replicas would copy that. Nothing that is restarted at once by itself should stand there.`,
        'After a failover it is the other way round: move it again then.',
        ...afterRestart([...(on?.settings ?? []), ...off.settings]),
      ],
      risk: 'disruptive',
      watches: [...(on?.watches ?? []), ...off.watches],
    };
  },
});

function chosen(name: string | undefined, primary: ReadNode, scene: Scene): ReadNode | undefined {
  const { snapshot } = scene;
  const replicas = replicasOf(snapshot, primary);
  if (name !== undefined) {
    const named = nodeNamed(snapshot, name);
    return replicas.find((replica) => replica === named);
  }
  const keeps = (node: ReadNode) => (scene.read(persistenceConfig, node).appendonly === 'yes' ? 1 : 0);
  const offset = (node: ReadNode) => scene.read(replication, node).slave_repl_offset ?? 0;
  return replicas.toSorted((one, other) => keeps(other) - keeps(one) || offset(other) - offset(one))[0];
}

function whyUnfit(scene: Scene, primary: ReadNode, replica: ReadNode): string | undefined {
  const link = scene.read(replication, replica);
  const odd = unsteady(primary) ?? unsteady(replica) ?? forkRunning(replica, scene.read(persistence, replica));
  if (odd) return odd;
  if (link.master_link_status !== 'up')
    return `the link of ${replica.name} is ${link.master_link_status ?? 'unknown'}: it cannot keep what it does not get`;
  const behind = (scene.read(replication, primary).master_repl_offset ?? 0) - (link.slave_repl_offset ?? 0);
  if (behind > CLOSE) return `${replica.name} is ${bytes(behind)} behind: wait until it has caught up`;
  const disk = scene.read(persistence, replica);
  if (disk.rdb_last_bgsave_status === 'err' || disk.aof_last_write_status === 'err') {
    return `the disk of ${replica.name} is suspect (its last snapshot or write failed): choose another replica, or repair it first`;
  }
  const { replica_ignore_disk_write_errors: ignores } = scene.read(persistenceConfig, replica);
  return diskErrorWouldCrash(replica, disk, ignores);
}
