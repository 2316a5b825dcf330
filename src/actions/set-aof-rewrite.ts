import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { rate } from '../domain/probe.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { rewriteThreshold } from '../domain/sizing.ts';
import { type ReadNode, readingIfAny } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import hostDisk from '../probes/host-disk.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Rewrites come no more often than this, and take a tenth of the time at the most. Seconds. */
const EVERY = 600;
const SHARE = 10;

/** Sets by how much the append-only file grows before it is rewritten. */
export default defineAction({
  args: z.strictObject({
    /** Growth over the last rewrite, percent; at least 100 when absent. */
    percentage: z.number().int().min(50).max(1000).optional(),
    /** Computed from the write rate when absent; as it is where `percentage` is named. */
    min_size: z.number().int().positive().optional(),
  }),
  needs: [persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'its writes decide the size');
    if ('refused' in group) return group;
    const { node } = scene;
    const disk = scene.read(persistence);
    if (disk.aof_enabled !== 1) return { refused: `the append-only file of ${node.name} is off: nothing is rewritten` };
    const now = scene.read(persistenceConfig);
    const { auto_aof_rewrite_percentage: oldPercentage = 100, auto_aof_rewrite_min_size: oldSize = 0 } = now;
    const percentage = args.percentage ?? Math.max(100, oldPercentage);
    const sized = args.min_size !== undefined || args.percentage === undefined;
    const wanted = args.min_size ?? (sized ? computed(scene) : oldSize);
    if (typeof wanted !== 'number') return wanted;
    const size = Math.max(wanted, oldSize);
    const base = disk.aof_base_size ?? 0;
    const largest = Math.max(size, Math.ceil(base * (1 + percentage / 100)));
    const free = freeOf(node);
    const more = largest + base - (disk.aof_current_size ?? 0);
    if (free !== undefined && more * 1.2 > free) {
      return {
        refused: `the file could grow to ${bytes(largest)} before it is rewritten, with the new one beside it, and the disk of ${node.name} has ${bytes(free)} left: free space or grow the volume first`,
      };
    }
    const change = changeOf(
      group.flatMap((member) =>
        settingsOf(member, 'persistence-config', scene.read(persistenceConfig, member), {
          'auto-aof-rewrite-percentage': percentage,
          'auto-aof-rewrite-min-size': sized ? size : undefined,
        }),
      ),
    );
    if (!change) return { refused: 'that is how it is set already' };
    return {
      args: { percentage, ...(sized && { min_size: size }) },
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        oldPercentage === 0
          ? `Rewrites begin by themselves again: the next one when the file has grown to ${bytes(largest)} (it is ${bytes(disk.aof_current_size ?? 0)} now), which may be at once; each forks the server.`
          : `The file is rewritten at ${bytes(largest)} instead of ${bytes(Math.max(oldSize, Math.ceil(base * (1 + oldPercentage / 100))))}: fewer forks, less disk traffic.`,
        `A restart reads up to ${bytes(largest)}, and the disk needs room for that and for a new file beside it${free === undefined ? '; how full it is cannot be seen from here' : ` (${bytes(free)} is free)`}.`,
        ...leftAlone(snapshot, group, 'setting'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** The least size at which rewrites are far enough apart at the write rate of now. */
function computed(scene: Scene): number | { refused: string } {
  const reading = scene.reading(persistence);
  const written = rate(reading, ({ aof_current_size }) => aof_current_size);
  if (written === undefined) {
    return {
      refused: `how fast the file of ${scene.node.name} grows could not be measured: it was rewritten between the samples, or there was one only`,
    };
  }
  const { aof_base_size: base = 0, aof_last_rewrite_time_sec: took = 0 } = reading.now;
  return rewriteThreshold(base, written, Math.max(EVERY, SHARE * Math.max(0, took)));
}

function freeOf(node: ReadNode): number | undefined {
  const seen = readingIfAny(node, hostDisk)?.now;
  return seen && (seen.aof ?? seen).available;
}
