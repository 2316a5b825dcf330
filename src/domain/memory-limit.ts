import { type ReadNode, readNodes, type Snapshot, sameHost } from './snapshot.ts';
import { bytes } from './units.ts';

export interface MemoryLimit {
  /** Bytes that this server may use; of the RAM of a host it is the server's share. */
  bytes: number;
  /** Where the figure comes from, for people. */
  from: string;
  /** False for the RAM of a host: a container may allow less, and other processes use it too. */
  certain: boolean;
  /** The servers of this target that live under the limit, this one included: several on one host. */
  sharedBy: readonly ReadNode[];
}

/**
 * What the server may use: the owner's figure and the host's RAM, whichever is less. INFO shows the host's RAM,
 * not a container's limit, and servers of one target on one host share it. Undefined when neither is known.
 */
export function memoryLimit(
  snapshot: Snapshot,
  node: ReadNode,
  { total_system_memory: host }: { total_system_memory: number | undefined },
): MemoryLimit | undefined {
  const own = snapshot.target.memoryLimitBytes;
  const sharedBy = readNodes(snapshot).filter((other) => sameHost(other.address.host, node.address.host));
  const share = host !== undefined && host > 0 ? Math.floor(host / sharedBy.length) : undefined;
  if (own !== undefined && own <= (share ?? own)) {
    return { bytes: own, from: 'memory limit in medic.yml', certain: true, sharedBy: [node] };
  }
  if (host === undefined || share === undefined) return undefined;
  const shared =
    sharedBy.length > 1
      ? `${bytes(host)} of RAM of the host, shared by ${sharedBy.length} servers of this target`
      : 'RAM of the host';
  return { bytes: share, from: `${shared}; INFO does not show a container limit`, certain: false, sharedBy };
}

/** Why nothing can be said of a limit that is not certain, or not known at all. */
export const LIMIT_UNCERTAIN =
  'a container may allow less than the RAM of the host, which is all that INFO shows: set memory_limit of the target in medic.yml';
