import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { diskFor, forkRunning, roomToFork, saveSeconds, untilSaved } from '../domain/headroom.ts';
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

/** Takes a snapshot in the background; a good one lifts the refusal of writes. */
export default defineAction({
  args: z.strictObject({}),
  needs: [memoryProbe, persistence, persistenceConfig, replication, server, stats],
  sends: [['BGSAVE']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const memory = scene.read(memoryProbe);
    const fork = scene.read(persistence);
    const odd =
      unsteady(node) ??
      forkRunning(node, fork) ??
      diskErrorWouldCrash(node, fork, scene.read(persistenceConfig).replica_ignore_disk_write_errors);
    if (odd) return { refused: odd };
    const room = roomToFork(snapshot, node, memory, fork, scene.read(stats).instantaneous_ops_per_sec);
    if ('refused' in room) return room;
    const data = memory.used_memory_dataset ?? memory.used_memory;
    const disk = diskFor(node, data, readingIfAny(node, hostDisk)?.now.available);
    if ('refused' in disk) return disk;
    const { latest_fork_usec: pause } = scene.read(stats);
    const took = saveSeconds(memory, fork);
    return {
      args,
      commands: [
        {
          node: node.name,
          argv: ['BGSAVE'],
          applied: [],
          until: untilSaved(node, took),
        },
      ],
      undo: 'A snapshot changes no data and no setting: there is nothing to undo.',
      impact: [
        `The server forks and writes its ${bytes(data)} of data to disk for about ${duration(Math.ceil(took))}.`,
        room.impact,
        ...(pause ? [`Clients wait while it forks: ${Math.ceil(pause / 1000)} ms the last time.`] : []),
        disk.impact,
      ],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});
