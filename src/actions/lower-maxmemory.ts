import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { belowCeiling, tightestRoom } from '../domain/maxmemory-room.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import { bytes, percent } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import keyspace from '../probes/keyspace.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig, { ROOM_NEEDS, roomFacts } from '../probes/memory-config.ts';
import server from '../probes/server.ts';

const MIB = 1024 * 1024;
/** Clients wait while keys are evicted, so that much at a time and no more. */
const STEP = 0.05;
/** Up to this share of the new limit nothing is evicted soon, and no write refused. */
const ROOMY = 0.8;

/** Lowers maxmemory on a group whose host cannot carry it: as far as is safe without deleting, else one small step. */
export default defineAction({
  args: z.strictObject({
    /** The new maxmemory; the ceiling of the host, but no more than one step below what is used, when absent. */
    bytes: z.number().int().positive().optional(),
  }),
  needs: [...ROOM_NEEDS, keyspace, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible', 'destructive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'its limit is the one that counts');
    if ('refused' in group) return group;
    const [head] = group;
    const { effective, used_memory_dataset: dataset = 0 } = scene.read(memoryProbe, head);
    const { maxmemory: old, maxmemory_policy: policy } = scene.read(memoryConfig, head);
    if (old === 0) return { refused: `${head.name} has no maxmemory: set one first (playbook limit-memory)` };
    const tightest = tightestRoom(snapshot, group, roomFacts);
    if ('refused' in tightest) return tightest;
    if (tightest.ceiling === 0) {
      return {
        refused: `no maxmemory is safe with ${bytes(tightest.limit.bytes)} (${tightest.limit.from}): the system, buffers and a fork need that much, so give ${tightest.node.name} more memory`,
      };
    }
    const target = belowCeiling(tightest);
    const roomy = Math.ceil(effective / ROOMY / MIB) * MIB;
    // What deletes nothing comes first, however far that is; then a step at a time.
    const step = Math.floor((Math.min(old, effective) * (1 - STEP)) / MIB) * MIB;
    const lowest = Math.min(roomy, step);
    const size = args.bytes ?? (target >= old ? old : Math.max(target, roomy < old ? roomy : step));
    if (size >= old) {
      const refused = `maxmemory is ${bytes(old)} and ${bytes(tightest.ceiling)} is safe on ${tightest.node.name} (${tightest.limit.from}): it need not be lowered`;
      return args.bytes === undefined ? { refused, choosable: true } : { refused };
    }
    const deletes = size < roomy;
    if (deletes && policy === 'noeviction') {
      return {
        refused: `${bytes(effective)} is in use: below ${bytes(Math.ceil(effective / ROOMY))} writes would soon be refused. Have the owner delete or expire keys, or give the host more memory`,
      };
    }
    if (size < lowest && deletes) {
      return {
        refused: `${bytes(size)} would evict more than ${percent(STEP)} of ${bytes(effective)} at once, and every client waits meanwhile: lower it in steps, to ${bytes(step)} first`,
      };
    }
    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(memoryConfig, node);
        return settingsOf(node, 'memory-config', now, { maxmemory: now.maxmemory > size ? size : undefined });
      }),
    );
    if (!change) return { refused: `maxmemory is ${bytes(size)} already` };
    return {
      args: { bytes: size },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `maxmemory goes from ${bytes(old)} to ${bytes(size)}; ${bytes(effective)} is in use, ${percent(effective / size)} of it.`,
        deletes ? deletion() : 'Nothing is deleted and no write is refused by the change itself.',
        `On ${tightest.node.name} at most ${bytes(tightest.ceiling)} is safe (${bytes(tightest.limit.bytes)}, ${tightest.limit.from})${size > tightest.ceiling ? ': further steps are needed' : ''}.`,
        ...leftAlone(snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: deletes ? 'destructive' : 'reversible',
      watches: [...change.watches, ...change.nodes.map(policyOf)],
    };

    function deletion(): string {
      const { keys, expires } = scene.read(keyspace, head);
      const over = Math.max(0, effective - size);
      const candidates = policy.startsWith('volatile-') ? expires : keys;
      const first = dataset > 0 ? Math.min(candidates, Math.ceil((keys * over) / dataset)) : candidates;
      return `${policy} deletes about ${first} of ${keys} keys at once (${bytes(over)}) while clients wait, then more as writes need room. Undo restores the setting, never the keys.`;
    }
  },
});

function policyOf(node: ReadNode) {
  return { node: node.name, reading: 'memory-config.maxmemory_policy' };
}
