import type { Refusal } from './action.ts';
import { copyOnWrite, type ForkFacts, forkRunning, fragmentation, limitUnknown, type MemoryFacts } from './headroom.ts';
import { type MemoryLimit, memoryLimit } from './memory-limit.ts';
import { replicaLimit } from './output-buffer.ts';
import { atLeast } from './server.ts';
import { maxmemoryCeiling } from './sizing.ts';
import type { ReadNode, Snapshot } from './snapshot.ts';
import { bytes } from './units.ts';

const MIB = 1024 * 1024;
/** Sizes are cut to this share of the ceiling, so that a small change of the readings does not refuse an approved plan. */
const BELOW_CEILING = 0.98;
/** A fork child may still double pages: do not hand out memory while the server is this near its limit. */
const NEAR_LIMIT = 0.85;

/** What maxmemory could be at the most on one server. */
export interface Room {
  node: ReadNode;
  ceiling: number;
  limit: MemoryLimit;
}

/** What the ceiling is computed from, as the probes read it. */
export interface RoomFacts {
  memory: MemoryFacts;
  fork: ForkFacts;
  link: { connected_slaves: number; repl_backlog_size: number | undefined };
  outputBufferLimit: string | undefined;
  commandsPerSecond: number;
}

/** The ceiling of maxmemory on one server, or why it cannot be told. */
export function roomOf(snapshot: Snapshot, node: ReadNode, facts: RoomFacts): Room | Refusal {
  const { memory, fork, link } = facts;
  const limit = memoryLimit(snapshot, node, memory);
  if (!limit) return { refused: limitUnknown(node) };
  const running = forkRunning(node, fork);
  if (running && memory.used_memory_rss > limit.bytes * NEAR_LIMIT) return { refused: running };
  const { connected_slaves: replicas, repl_backlog_size: backlog = 0 } = link;
  const hard = replicaLimit(facts.outputBufferLimit ?? '')?.hard ?? 0;
  // 7.0 and newer keep one buffer for all replicas and the backlog; 6.2 one for each.
  const shared = atLeast(node.identity.version, '7.0');
  const ceiling = maxmemoryCeiling({
    limit: limit.bytes,
    notCounted: memory.used_memory - memory.effective,
    replicaBuffer: replicas === 0 || hard === 0 ? 0 : shared ? Math.max(hard, backlog) : hard * replicas,
    frag: fragmentation(memory),
    copyOnWrite: copyOnWrite(memory, fork, facts.commandsPerSecond),
  });
  return { node, ceiling, limit };
}

/** The least of the ceilings, which a group that is set alike must keep to; or why one cannot be told. */
export function tightestRoom(snapshot: Snapshot, group: readonly ReadNode[], facts: (node: ReadNode) => RoomFacts) {
  let tightest: Room | undefined;
  for (const node of group) {
    const room = roomOf(snapshot, node, facts(node));
    if ('refused' in room) return room;
    if (!tightest || room.ceiling < tightest.ceiling) tightest = room;
  }
  return tightest ?? { refused: 'no server could be read' };
}

/** The size to plan for under a ceiling, in whole MiB. */
export function belowCeiling({ ceiling }: Room): number {
  return Math.floor((ceiling * BELOW_CEILING) / MIB) * MIB;
}

/** `at most 3 GiB is safe on 10.0.0.1:6379 (4 GiB, RAM of the host)`. */
export function describeCeiling({ ceiling, node, limit }: Room): string {
  return `at most ${bytes(ceiling)} is safe on ${node.name} (${bytes(limit.bytes)}, ${limit.from})`;
}
