import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { diskFor, forkRunning, roomToFork, saveSeconds, untilFileIsWhole } from '../domain/headroom.ts';
import { diskErrorWouldCrash, unsteady, watch } from '../domain/replication-group.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import hostDisk from '../probes/host-disk.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** Writes the append-only file afresh from memory, so that it is as small as the data. */
export default defineAction({
  args: z.strictObject({}),
  needs: [memoryProbe, persistence, persistenceConfig, replication, server, stats],
  sends: [['BGREWRITEAOF']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const memory = scene.read(memoryProbe);
    const fork = scene.read(persistence);
    if (fork.aof_enabled !== 1) return { refused: `the append-only file of ${node.name} is off` };
    const odd =
      unsteady(node) ??
      forkRunning(node, fork) ??
      diskErrorWouldCrash(node, fork, scene.read(persistenceConfig).replica_ignore_disk_write_errors);
    if (odd) return { refused: odd };
    if (fork.aof_last_write_status === 'err') {
      return { refused: 'the append-only file cannot be written: free or repair its disk first, a rewrite needs more' };
    }
    const room = roomToFork(snapshot, node, memory, fork, scene.read(stats).instantaneous_ops_per_sec);
    if ('refused' in room) return room;
    const data = memory.used_memory_dataset ?? memory.used_memory;
    const seen = readingIfAny(node, hostDisk)?.now;
    const disk = diskFor(node, data, seen && (seen.aof ?? seen).available);
    if ('refused' in disk) return disk;
    const took = Math.max(1, fork.aof_last_rewrite_time_sec ?? 0, saveSeconds(memory, fork));
    return {
      args,
      commands: [
        {
          node: node.name,
          argv: ['BGREWRITEAOF'],
          applied: [],
          until: untilFileIsWhole(node, took),
        },
      ],
      undo: 'A rewrite changes no data and no setting: there is nothing to undo.',
      impact: [
        `The server forks and writes its ${bytes(data)} of data into a new append-only file for about ${duration(Math.ceil(took))}; the file is ${bytes(fork.aof_current_size ?? 0)} now, and the old one goes when the new one is whole.`,
        room.impact,
        disk.impact,
      ],
      risk: 'disruptive',
      watches: watch(node, 'persistence-config.appendonly'),
    };
  },
});
