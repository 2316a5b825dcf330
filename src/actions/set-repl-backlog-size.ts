import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { writeRate } from '../domain/replication-link.ts';
import { atLeast } from '../domain/server.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { backlogSize, largestBacklog } from '../domain/sizing.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** Seconds that a replica may be away where the target declares no outage_to_survive: a restart or a network blip. */
const OUTAGE = 120;

/** Seconds: a history shorter than a reconnect saves no full sync, so the change is not worth an approval. */
const USEFUL = 10;

/** Sizes the replication backlog for the outage to survive, on the primary and on every replica. */
export default defineAction({
  args: z.strictObject({
    /** Seconds; the target's objective, else 120, when absent. */
    outage_s: z.number().int().positive().optional(),
    /** Computed from the write rate when absent. */
    bytes: z.number().int().positive().optional(),
    /** Bytes written per second, which the size is for; measured when absent. */
    rate: z.number().nonnegative().optional(),
  }),
  needs: [memoryProbe, memoryConfig, replication, replicationConfig, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'its write rate decides the size');
    if ('refused' in group) return group;
    const [head] = group;
    const { maxmemory } = scene.read(memoryConfig, head);
    const outage = args.outage_s ?? scene.snapshot.target.objectives.outageToSurviveSeconds ?? OUTAGE;
    const written = args.rate ?? writeRate(scene.reading(replication, head));
    if (written === undefined) {
      return {
        refused: `the write rate of ${head.name} could not be measured: its backlog was not active over both samples`,
      };
    }
    const best = backlogSize(written, outage, maxmemory);
    const size = args.bytes ?? best.bytes;
    const most = largestBacklog(maxmemory);
    if (size > most) {
      return {
        refused: `${bytes(size)} is too much: at most ${bytes(most)} is given (10 % of maxmemory, at most 1 GiB)`,
      };
    }
    const { repl_backlog_size: old } = scene.read(replicationConfig, head);
    const needed = `${duration(outage)} at ${bytes(written)}/s`;
    if (size <= old) {
      const cap = best.capped
        ? `more than 10 % of maxmemory (${bytes(maxmemory)}) or 1 GiB is not given to it`
        : `it holds ${needed}`;
      const refused = `the backlog is ${bytes(old)} already and ${cap}`;
      return args.bytes === undefined ? { refused, choosable: true } : { refused };
    }
    const window = written > 0 ? size / written : Number.POSITIVE_INFINITY;
    if (window < USEFUL) {
      return {
        refused: `the most that it may be given is ${bytes(size)} (10 % of maxmemory, at most 1 GiB), and at ${bytes(written)}/s that lasts only ${duration(window)}`,
      };
    }
    const grown = group.filter((node) => scene.read(replicationConfig, node).repl_backlog_size < size);
    const allocates = grown.filter((node) => !atLeast(node.identity.version, '7.0'));
    for (const node of allocates) {
      const tight = cannotAllocate(scene, node, size);
      if (tight) return { refused: tight };
    }
    const change = changeOf(
      grown.flatMap((node) =>
        settingsOf(node, 'replication-config', scene.read(replicationConfig, node), { 'repl-backlog-size': size }),
      ),
    );
    if (!change) return { refused: `the backlog is ${bytes(size)} already` };

    return {
      args: { outage_s: outage, bytes: size, rate: written },
      commands: change.commands,
      undo: change.undo,
      impact: [
        written > 0
          ? `A replica may be away for ${duration(window)} at ${bytes(written)}/s and still catch up without a full sync; before, ${duration(old / written)}.`
          : 'Nothing was written between the two samples, so the size is the smallest that is usually enough.',
        ...(best.capped
          ? [`That is less than the ${duration(outage)} wanted: the size is held to 10 % of maxmemory and 1 GiB.`]
          : []),
        allocates.length > 0
          ? `Before 7.0 the ${bytes(size)} are allocated at once on each server and the history so far is thrown away: a replica that loses its link right now needs a full sync.`
          : `Memory grows by up to ${bytes(size - old)} on each server, as the history fills; nothing is thrown away.`,
        ...leftAlone(scene.snapshot, group, 'backlog'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** Before 7.0 the whole backlog is allocated at once, inside maxmemory, and the history is flushed. */
function cannotAllocate(scene: Scene, node: ReadNode, size: number): string | undefined {
  const { maxmemory } = scene.read(memoryConfig, node);
  const { effective } = scene.read(memoryProbe, node);
  if (maxmemory > 0 && effective + size >= maxmemory * 0.95) {
    return `${node.name} runs ${node.identity.version} and would allocate ${bytes(size)} at once: with ${bytes(effective)} in use that reaches its maxmemory of ${bytes(maxmemory)}`;
  }
  const absent = scene.read(replication, node).replicas.find((replica) => replica.state !== 'online');
  return absent
    ? `${node.name} runs ${node.identity.version} and would throw its history away while a replica is ${absent.state}: that would force a full sync`
    : undefined;
}
