import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { forkRunning, roomToFork, saveSeconds } from '../domain/headroom.ts';
import { configSet, diskErrorWouldCrash, unsteady, watch } from '../domain/replication-group.ts';
import { bytes, duration } from '../domain/units.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

const READING = 'persistence-config.appendonly';

/** Turns the append-only file on; the server rewrites its whole data into it first. */
export default defineAction({
  args: z.strictObject({}),
  needs: [memoryProbe, persistence, persistenceConfig, replication, server, stats],
  sends: [['CONFIG', 'SET']],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const memory = scene.read(memoryProbe);
    const fork = scene.read(persistence);
    const { appendonly, appendfsync, replica_ignore_disk_write_errors: ignores } = scene.read(persistenceConfig);
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
    const file = scene.read(server).config_file;
    return {
      args,
      commands: [configSet(node, 'appendonly', 'yes', READING)],
      undo: [configSet(node, 'appendonly', appendonly, READING)],
      impact: [
        `The server forks and writes its ${bytes(memory.used_memory_dataset ?? memory.used_memory)} of data into the append-only file for about ${duration(Math.ceil(saveSeconds(memory, fork)))}; data is protected once that is done.`,
        room.impact,
        `From then on every write goes to disk (appendfsync ${appendfsync ?? 'unknown'}): with everysec a crash loses about one to two seconds.`,
        'The disk cannot be seen from here: it needs room for the data and for the writes since.',
        `Write appendonly yes to ${file || 'the configuration file'} before any restart: a server that starts without it ignores the append-only file.`,
        'Undo turns it off again and leaves the file behind: move it away before it is turned on another time.',
      ],
      risk: 'disruptive',
      watches: watch(node, READING),
    };
  },
});
