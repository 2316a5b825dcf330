import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { diskFor, forkRunning, roomToFork, saveSeconds, untilFileIsWhole } from '../domain/headroom.ts';
import { diskErrorWouldCrash, unsteady } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import hostDisk from '../probes/host-disk.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** Turns the append-only file on, waits until all data is in it, and writes that down for the next restart. */
export default defineAction({
  args: z.strictObject({
    /** CONFIG REWRITE at the end, where there is a configuration file: a restart without it ignores the append-only file. */
    write_down: z.boolean().default(true),
  }),
  needs: [memoryProbe, persistence, persistenceConfig, replication, server, stats],
  sends: [
    ['CONFIG', 'SET'],
    ['CONFIG', 'REWRITE'],
  ],
  risks: ['disruptive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const memory = scene.read(memoryProbe);
    const fork = scene.read(persistence);
    const config = scene.read(persistenceConfig);
    const { appendonly, appendfsync, replica_ignore_disk_write_errors: ignores } = config;
    if (appendonly === 'yes') return { refused: 'the append-only file is on already' };
    const odd = unsteady(node) ?? forkRunning(node, fork) ?? diskErrorWouldCrash(node, fork, ignores);
    if (odd) return { refused: odd };
    if (fork.rdb_last_bgsave_status === 'err') {
      return {
        refused: 'the last snapshot could not be written: repair the disk first, or the append-only file fails as well',
      };
    }
    const room = roomToFork(snapshot, node, memory, fork, scene.read(stats).instantaneous_ops_per_sec);
    if ('refused' in room) return room;
    const data = memory.used_memory_dataset ?? memory.used_memory;
    const seen = readingIfAny(node, hostDisk)?.now;
    const disk = diskFor(node, data, seen && (seen.aof ?? seen).available);
    if ('refused' in disk) return disk;
    const change = changeOf(settingsOf(node, 'persistence-config', config, { appendonly: 'yes' }));
    if (!change) return { refused: 'the append-only file is on already' };
    const file = scene.read(server).config_file;
    const took = saveSeconds(memory, fork);
    const rewrite = { node: node.name, argv: ['CONFIG', 'REWRITE'], applied: [] } satisfies PlannedCommand;
    const writes = args.write_down && file !== undefined && file !== '';
    return {
      args,
      commands: [
        ...change.commands.map((command) => ({
          ...command,
          until: untilFileIsWhole(node, took),
        })),
        ...(writes ? [rewrite] : []),
      ],
      undo: [...change.undo, ...(writes ? [rewrite] : [])],
      impact: [
        `The server forks and writes its ${bytes(data)} of data into the append-only file for about ${duration(Math.ceil(took))}; data is protected once that is done.`,
        room.impact,
        `From then on every write goes to disk (appendfsync ${appendfsync ?? 'unknown'}): with everysec a crash loses about one to two seconds.`,
        disk.impact,
        writes
          ? `Then CONFIG REWRITE writes appendonly yes to ${file}, and with it all else that was changed at runtime: a server that starts without it ignores the append-only file. Where a tool makes that file, change it there as well.`
          : `Write appendonly yes to ${file || 'its configuration (it was started without a file, so CONFIG REWRITE is not possible)'} before any restart: a server that starts without it ignores the append-only file.`,
        'Undo turns it off again and leaves the file behind: move it away before it is turned on another time.',
      ],
      risk: 'disruptive',
      watches: change.watches,
    };
  },
});
