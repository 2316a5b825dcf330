import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { belowCeiling, describeCeiling, tightestRoom } from '../domain/maxmemory-room.ts';
import { leftAlone, steadyGroup, watch } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { bytes, percent } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig, { ROOM_NEEDS, roomFacts } from '../probes/memory-config.ts';
import server from '../probes/server.ts';

const MIB = 1024 * 1024;
/** Above this share of maxmemory the store would be reported again at once. */
const TOO_FULL = 0.9;

const Args = z.strictObject({
  /** Share of maxmemory that should be used afterwards. */
  fill: z.number().min(0.5).max(0.85).default(0.75),
  /** The new maxmemory; computed from `fill` and the ceiling when absent. */
  bytes: z.number().int().positive().optional(),
  /** Ends eviction in the same moment: with more room nothing has to be deleted. */
  policy: z.literal('noeviction').optional(),
});

/** Raises maxmemory on the primary and on every replica, so that a promoted one does not evict or refuse at once. */
export default defineAction({
  args: Args,
  needs: [...ROOM_NEEDS, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'its limit is the one that counts');
    if ('refused' in group) return group;
    const [head] = group;
    const { effective } = scene.read(memoryProbe, head);
    const { maxmemory: old, maxmemory_policy: policy } = scene.read(memoryConfig, head);
    if (old === 0) return { refused: `${head.name} has no maxmemory set: there is no limit to raise` };
    const tightest = tightestRoom(snapshot, group, roomFacts);
    if ('refused' in tightest) return tightest;
    const wanted = Math.ceil(effective / args.fill / MIB) * MIB;
    const size = args.bytes ?? Math.min(wanted, belowCeiling(tightest));
    const most = describeCeiling(tightest);
    if (args.bytes === undefined && wanted <= old) {
      return {
        refused: `${bytes(effective)} in use is ${percent(effective / old)} of maxmemory (${bytes(old)}): that is not too full`,
        choosable: true,
      };
    }
    if (size > tightest.ceiling) return { refused: `${bytes(size)} is too much: ${most}` };
    if (size <= old) return { refused: `maxmemory is ${bytes(old)} already and ${most}` };
    if (effective / size >= TOO_FULL) {
      return {
        refused: `${bytes(effective)} is in use and ${most}: it would still be ${percent(effective / size)} full`,
      };
    }

    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(memoryConfig, node);
        const raised = now.maxmemory > 0 && now.maxmemory < size;
        const wanted = { maxmemory: raised ? size : undefined, 'maxmemory-policy': args.policy };
        return settingsOf(node, 'memory-config', now, wanted);
      }),
    );
    if (!change) return { refused: `maxmemory is ${bytes(size)} already` };
    const evicting = change.nodes.find((node) => scene.read(memoryConfig, node).maxmemory_policy !== 'noeviction');
    return {
      args: { ...args, bytes: size },
      commands: change.commands,
      // Under an evicting policy a lower limit deletes keys, and how many depends on what was written since.
      undo: evicting
        ? `Going back would make ${evicting.name} delete keys under ${scene.read(memoryConfig, evicting).maxmemory_policy}, so no undo is offered.`
        : change.undo,
      // Below what is in use, the old limit would refuse writes again.
      undoWhile: change.nodes.map((node) => ({
        node: node.name,
        reading: 'memory.used_memory',
        below: scene.read(memoryConfig, node).maxmemory,
      })),
      impact: [
        `maxmemory goes from ${bytes(old)} to ${bytes(size)}: ${bytes(effective)} in use is then ${percent(effective / size)} of it.`,
        args.policy === undefined || policy === args.policy
          ? `No client is disconnected and no key is deleted; policy stays ${policy}.`
          : `No key is deleted any more: ${policy} becomes ${args.policy}. At ${bytes(size)} writes fail with an OOM error instead. What was evicted does not come back.`,
        `The servers may take up to ${bytes(size - old)} more memory each; the ceiling is ${bytes(tightest.ceiling)} of ${bytes(tightest.limit.bytes)} (${tightest.limit.from}).`,
        ...leftAlone(snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.nodes.flatMap((node) => watch(node, 'memory-config.maxmemory', 'memory-config.maxmemory_policy')),
    };
  },
});
