import { HOST_RAM, hostMemory } from './host-memory.ts';
import { type ReadNode, readingIfAny, readNodes, type Snapshot, sameHost } from './snapshot.ts';
import { bytes } from './units.ts';

export interface MemoryLimit {
  /** Bytes that this server may use; of what several servers share it is the server's share. */
  bytes: number;
  /** Where the figure comes from, for people. */
  from: string;
  /** False for the RAM of a host that was not looked at: a container may allow less. */
  certain: boolean;
  /** True where somebody set it for this server, and not just the RAM is meant. */
  enforced: boolean;
  /** The servers of this target that live under the limit, this one included: several on one host. */
  sharedBy: readonly ReadNode[];
}

/**
 * What the server may use: the owner's figure, the limit of its control group and the host's RAM, whichever is least.
 * Servers of one target share the RAM of their host, or the group that they are in. Undefined when nothing is known.
 */
export function memoryLimit(
  snapshot: Snapshot,
  node: ReadNode,
  { total_system_memory }: { total_system_memory: number | undefined },
): MemoryLimit | undefined {
  const own = snapshot.target.memoryLimitBytes;
  const found = [
    own === undefined ? undefined : enforced(own, 'memory limit in medic.yml', [node]),
    groupLimit(snapshot, node),
    ramLimit(snapshot, node, total_system_memory),
  ].filter((limit) => limit !== undefined);
  return found.reduce<MemoryLimit | undefined>(
    (least, one) => (least && least.bytes <= one.bytes ? least : one),
    undefined,
  );
}

function enforced(limit: number, from: string, sharedBy: readonly ReadNode[]): MemoryLimit {
  return { bytes: Math.floor(limit / sharedBy.length), from, certain: true, enforced: true, sharedBy };
}

/** What the control group on the host allows, where the host was looked at. */
function groupLimit(snapshot: Snapshot, node: ReadNode): MemoryLimit | undefined {
  const seen = readingIfAny(node, hostMemory)?.now;
  if (seen?.limit === undefined || seen.limitFrom === HOST_RAM) return undefined;
  const sharedBy = neighboursOf(snapshot, node).filter(
    (other) => readingIfAny(other, hostMemory)?.now.limitFrom === seen.limitFrom,
  );
  return enforced(seen.limit, seen.limitFrom, sharedBy);
}

function ramLimit(snapshot: Snapshot, node: ReadNode, told: number | undefined): MemoryLimit | undefined {
  const seen = readingIfAny(node, hostMemory)?.now;
  const ram = seen?.total ?? told;
  if (ram === undefined || ram <= 0) return undefined;
  const sharedBy = neighboursOf(snapshot, node);
  const shared =
    sharedBy.length > 1
      ? `${bytes(ram)} of RAM of the host, shared by ${sharedBy.length} servers of this target`
      : 'RAM of the host';
  const from = seen ? shared : `${shared}; INFO does not show a container limit`;
  return { bytes: Math.floor(ram / sharedBy.length), from, certain: seen !== undefined, enforced: false, sharedBy };
}

function neighboursOf(snapshot: Snapshot, node: ReadNode): ReadNode[] {
  return readNodes(snapshot).filter((other) => sameHost(other.address.host, node.address.host));
}

/** Why nothing can be said of a limit that is not certain, or not known at all. */
export const LIMIT_UNCERTAIN =
  'a container may allow less than the RAM of the host, which is all that INFO shows: set memory_limit of the target in medic.yml, or give it host';
