import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { copyOnWrite, forkRunning, fragmentation, limitUnknown } from '../domain/headroom.ts';
import { type MemoryLimit, memoryLimit } from '../domain/memory-limit.ts';
import { replicaLimit } from '../domain/output-buffer.ts';
import { configSet, groupOf, runtimeOnly, unreadOf, unsteady, watch } from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import { maxmemoryCeiling } from '../domain/sizing.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import { bytes, percent } from '../domain/units.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

const MIB = 1024 * 1024;
/** Above this share of maxmemory the store would be reported again at once. */
const TOO_FULL = 0.9;
/** Sizes are cut to this share of the ceiling, so that a small change of the readings does not refuse an approved plan. */
const BELOW_CEILING = 0.98;
/** A fork child may still double pages: do not hand out memory while the server is this near its limit. */
const NEAR_LIMIT = 0.85;

const Args = z.strictObject({
  /** Share of maxmemory that should be used afterwards. */
  fill: z.number().min(0.5).max(0.85).default(0.75),
  /** The new maxmemory; computed from `fill` and the ceiling when absent. */
  bytes: z.number().int().positive().optional(),
});

interface Room {
  node: ReadNode;
  ceiling: number;
  limit: MemoryLimit;
}

/** Raises maxmemory on the primary and on every replica, so that a promoted one does not evict or refuse at once. */
export default defineAction({
  args: Args,
  needs: [memoryProbe, memoryConfig, persistence, replication, server, stats],
  sends: [['CONFIG', 'SET']],
  plan(args, scene) {
    const group = groupOf(scene.snapshot, scene.node);
    const [head] = group;
    if (head.identity.role !== 'primary') {
      return { refused: `the primary of ${scene.node.name} could not be read: its limit is the one that counts` };
    }
    const odd = group.map(unsteady).find((reason) => reason !== undefined);
    if (odd) return { refused: odd };

    const { effective } = scene.read(memoryProbe, head);
    const { maxmemory: old } = scene.read(memoryConfig, head);
    if (old === 0) return { refused: `${head.name} has no maxmemory set: there is no limit to raise` };

    const rooms: Room[] = [];
    for (const node of group) {
      const room = roomOf(scene, node);
      if ('refused' in room) return room;
      rooms.push(room);
    }
    const tightest = rooms.reduce((least, room) => (room.ceiling < least.ceiling ? room : least));
    const wanted = Math.ceil(effective / args.fill / MIB) * MIB;
    const size = args.bytes ?? Math.min(wanted, Math.floor((tightest.ceiling * BELOW_CEILING) / MIB) * MIB);
    const most = `at most ${bytes(tightest.ceiling)} is safe on ${tightest.node.name} (${bytes(tightest.limit.bytes)}, ${tightest.limit.from})`;
    if (args.bytes === undefined && wanted <= old) {
      return {
        refused: `${bytes(effective)} in use is ${percent(effective / old)} of maxmemory (${bytes(old)}): that is not too full`,
      };
    }
    if (size > tightest.ceiling) return { refused: `${bytes(size)} is too much: ${most}` };
    if (size <= old) return { refused: `maxmemory is ${bytes(old)} already and ${most}` };
    if (effective / size >= TOO_FULL) {
      return {
        refused: `${bytes(effective)} is in use and ${most}: it would still be ${percent(effective / size)} full`,
      };
    }

    const raised = group.filter((node) => {
      const { maxmemory } = scene.read(memoryConfig, node);
      return maxmemory > 0 && maxmemory < size;
    });
    const policy = scene.read(memoryConfig, head).maxmemory_policy;
    return {
      args: { ...args, bytes: size },
      commands: raised.map((node) => configSet(node, 'maxmemory', String(size), 'memory-config.maxmemory')),
      undo: undoOf(scene, raised),
      // Below what is in use, the old limit would refuse writes again.
      undoWhile: raised.map((node) => ({
        node: node.name,
        reading: 'memory.used_memory',
        below: scene.read(memoryConfig, node).maxmemory,
      })),
      impact: [
        `maxmemory goes from ${bytes(old)} to ${bytes(size)}: ${bytes(effective)} in use is then ${percent(effective / size)} of it.`,
        `No client is disconnected and no key is deleted; policy stays ${policy}.`,
        `The servers may take up to ${bytes(size - old)} more memory each; the ceiling is ${bytes(tightest.ceiling)} of ${bytes(tightest.limit.bytes)} (${tightest.limit.from}).`,
        ...unreadOf(scene.snapshot, group).map((node) => `${node.name} could not be read and keeps its limit.`),
        runtimeOnly(scene.read(server, head).config_file),
      ],
      risk: 'reversible',
      watches: raised.flatMap((node) => watch(node, 'memory-config.maxmemory', 'memory-config.maxmemory_policy')),
    };
  },
});

/** The ceiling of maxmemory on one server, or why it cannot be told. */
function roomOf(scene: Scene, node: ReadNode): Room | { refused: string } {
  const memory = scene.read(memoryProbe, node);
  const fork = scene.read(persistence, node);
  const limit = memoryLimit(scene.snapshot, node, memory);
  if (!limit) return { refused: limitUnknown(node) };
  const running = forkRunning(node, fork);
  if (running && memory.used_memory_rss > limit.bytes * NEAR_LIMIT) return { refused: running };
  const { connected_slaves: replicas, repl_backlog_size: backlog = 0 } = scene.read(replication, node);
  const hard = replicaLimit(scene.read(memoryConfig, node).client_output_buffer_limit ?? '')?.hard ?? 0;
  // 7.0 and newer keep one buffer for all replicas and the backlog; 6.2 one for each.
  const shared = atLeast(node.identity.version, '7.0');
  const replicaBuffer = replicas === 0 || hard === 0 ? 0 : shared ? Math.max(hard, backlog) : hard * replicas;
  const ceiling = maxmemoryCeiling({
    limit: limit.bytes,
    notCounted: memory.used_memory - memory.effective,
    replicaBuffer,
    frag: fragmentation(memory),
    copyOnWrite: copyOnWrite(memory, fork, scene.read(stats, node).instantaneous_ops_per_sec),
  });
  return { node, ceiling, limit };
}

/** Under an evicting policy a lower limit deletes keys, and how many depends on what was written since. */
function undoOf(scene: Scene, raised: readonly ReadNode[]) {
  for (const node of raised) {
    const { maxmemory_policy: policy } = scene.read(memoryConfig, node);
    if (policy !== 'noeviction') {
      return `Lowering maxmemory again would make ${node.name} delete keys under ${policy}, so no undo is offered.`;
    }
  }
  return raised.map((node) =>
    configSet(node, 'maxmemory', String(scene.read(memoryConfig, node).maxmemory), 'memory-config.maxmemory'),
  );
}
