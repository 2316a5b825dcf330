import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { belowCeiling, describeCeiling, tightestRoom } from '../domain/maxmemory-room.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { bytes, percent } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig, { ROOM_NEEDS, roomFacts } from '../probes/memory-config.ts';
import server from '../probes/server.ts';

/** A limit that is nearly reached when it is set would refuse writes, or delete keys, within the hour. */
const TOO_FULL = 0.85;

/** Gives a maxmemory to servers that have none: as much as their hosts can carry. */
export default defineAction({
  args: z.strictObject({
    /** Computed from the memory of the hosts when absent. */
    bytes: z.number().int().positive().optional(),
  }),
  needs: [...ROOM_NEEDS, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'its data decides the limit');
    if ('refused' in group) return group;
    const [head] = group;
    const { effective } = scene.read(memoryProbe, head);
    const { maxmemory: old, maxmemory_policy: policy } = scene.read(memoryConfig, head);
    if (old > 0) return { refused: `${head.name} has a maxmemory already: ${bytes(old)}` };
    const tightest = tightestRoom(snapshot, group, roomFacts);
    if ('refused' in tightest) return tightest;
    const size = args.bytes ?? belowCeiling(tightest);
    if (size > tightest.ceiling) return { refused: `${bytes(size)} is too much: ${describeCeiling(tightest)}` };
    if (effective > size * TOO_FULL) {
      return {
        refused: `${bytes(effective)} is in use and ${describeCeiling(tightest)}: with so little left a limit would ${policy === 'noeviction' ? 'refuse writes' : 'delete keys'} at once. Make room or give the host more memory`,
      };
    }
    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(memoryConfig, node);
        return settingsOf(node, 'memory-config', now, { maxmemory: now.maxmemory === 0 ? size : undefined });
      }),
    );
    if (!change) return { refused: `maxmemory is ${bytes(size)} already` };
    return {
      args: { bytes: size },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `maxmemory goes from no limit to ${bytes(size)}; ${bytes(effective)} is in use, ${percent(effective / size)} of it.`,
        policy === 'noeviction'
          ? 'At the limit writes fail with an OOM error, instead of the kernel ending the server.'
          : `At the limit keys are deleted (${policy}), instead of the kernel ending the server.`,
        `${describeCeiling(tightest)[0]?.toUpperCase()}${describeCeiling(tightest).slice(1)}.`,
        ...leftAlone(snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: [
        ...change.watches,
        ...change.nodes.map((node) => ({ node: node.name, reading: 'memory-config.maxmemory_policy' })),
      ],
    };
  },
});
