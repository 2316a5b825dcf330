import { z } from 'zod';
import { defineAction, type Scene, WITHIN_THE_HOUR } from '../domain/action.ts';
import { unsteady } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import clock from '../probes/clock.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import hostDisk from '../probes/host-disk.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Lets a server accept writes although its last snapshot failed, or forbids it again. */
export default defineAction({
  args: z.strictObject({ value: z.enum(['yes', 'no']).default('no') }),
  needs: [clock, memory, persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan({ value }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const change = changeOf(
      settingsOf(node, 'persistence-config', scene.read(persistenceConfig), { 'stop-writes-on-bgsave-error': value }),
    );
    if (!change) return { refused: `stop-writes-on-bgsave-error is ${value} already` };
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
      commands: change.commands,
      undo: change.undo,
      impact:
        value === 'no'
          ? [
              'Writes and PING are answered again at once, although snapshots still fail.',
              `Everything since the last good save is unprotected: ${changes} changes over ${duration(age)} so far, and growing. A crash or restart loses it.`,
              'This is for an emergency: repair the disk, take a snapshot (playbook bgsave), and undo this within the hour. The thread reminds you of it until it is undone.',
              ...repaired(scene),
              ...afterRestart(change.settings),
            ]
          : [
              'After a failed snapshot the server refuses writes again, with MISCONF.',
              ...afterRestart(change.settings),
            ],
      ...(value === 'no' && {
        remind: {
          afterSeconds: WITHIN_THE_HOUR,
          text: `${node.name} still accepts writes that no snapshot may save (stop-writes-on-bgsave-error is no). Repair the disk, take a snapshot (playbook bgsave), and undo this.`,
        },
      }),
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** Where the disk is well again, a snapshot does the same without giving up the protection. */
function repaired(scene: Scene): string[] {
  const { node } = scene;
  const disk = readingIfAny(node, hostDisk)?.now;
  const { used_memory: data } = scene.read(memory);
  return disk && disk.readOnly !== true && disk.available > data * 2
    ? [
        `The disk has ${bytes(disk.available)} free and is writable: a snapshot (playbook bgsave) is likely to work, and is the better way.`,
      ]
    : [];
}
