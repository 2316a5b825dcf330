import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { configSet, runtimeOnly, unsteady, watch } from '../domain/replication-group.ts';
import { duration } from '../domain/units.ts';
import clock from '../probes/clock.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const READING = 'persistence-config.stop_writes_on_bgsave_error';

/** Lets a server accept writes although its last snapshot failed, or forbids it again. */
export default defineAction({
  args: z.strictObject({ value: z.enum(['yes', 'no']).default('no') }),
  needs: [clock, persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  plan({ value }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const old = scene.read(persistenceConfig).stop_writes_on_bgsave_error;
    if (old === undefined) return { refused: `${node.name} does not show stop-writes-on-bgsave-error` };
    if (old === value) return { refused: `stop-writes-on-bgsave-error is ${value} already` };
    const {
      aof_last_write_status: aof,
      rdb_changes_since_last_save: changes,
      rdb_last_save_time: saved,
    } = scene.read(persistence);
    if (value === 'no' && aof === 'err') {
      return {
        refused:
          'the append-only file cannot be written, and that stops writes whatever this setting says: free its disk',
      };
    }
    const age = Math.max(0, scene.read(clock).epochSeconds - saved);
    return {
      args: { value },
      commands: [configSet(node, 'stop-writes-on-bgsave-error', value, READING)],
      undo: [configSet(node, 'stop-writes-on-bgsave-error', old, READING)],
      impact:
        value === 'no'
          ? [
              'Writes and PING are answered again at once, although snapshots still fail.',
              `Everything since the last good save is unprotected: ${changes} changes over ${duration(age)} so far, and growing. A crash or restart loses it.`,
              'This is for an emergency: repair the disk, take a snapshot (BGSAVE), and undo this within the hour.',
              runtimeOnly(scene.read(server).config_file),
            ]
          : [
              'After a failed snapshot the server refuses writes again, with MISCONF.',
              runtimeOnly(scene.read(server).config_file),
            ],
      risk: 'reversible',
      watches: watch(node, READING),
    };
  },
});
