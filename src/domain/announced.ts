import type { ClusterView } from './cluster.ts';
import { standings } from './cluster-slots.ts';
import type { Node, Snapshot, UnreadNode } from './snapshot.ts';
import { nodeName } from './target.ts';

/** A cluster node that goes on without us: all that is wrong is the address at which we, and clients beside us, look for it. */
export interface Hidden {
  node: string;
  address: string;
  /** What came of the attempt. */
  detail: string;
}

/** Those that their peers hear and that announce an address which leads nowhere from here. */
export function hiddenNodes(snapshot: Snapshot, views: readonly ClusterView[]): Hidden[] {
  const known = standings(views);
  return snapshot.nodes.flatMap((node) => {
    if (node.kind === 'read') return announcedInVain(node);
    const standing = node.seat && known.get(node.seat.id);
    const alive = standing && standing.failedFor.length + standing.doubtedBy.length === 0;
    if (!alive || node.cause !== 'unreachable' || node.origin === 'seed') return [];
    return [{ node: node.name, address: node.name, detail: node.detail }];
  });
}

/** Read through the address that a person gave, as its own leads nowhere. */
function announcedInVain({ name, seat }: Node): Hidden[] {
  if (!seat?.announced) return [];
  const { address, detail } = seat.announced;
  return [{ node: name, address: nodeName(address), detail }];
}

export const CLUSTER_ANNOUNCE = 'cluster-announce-ip, cluster-announce-port and cluster-announce-hostname';

const SETTINGS = {
  replica: 'replica-announce-ip and replica-announce-port',
  primary: 'the address in REPLICAOF',
  sentinel: 'sentinel announce-ip and announce-port',
} as const;

/** Which settings make the others name this address. */
export function announcedBy({ origin, seat }: UnreadNode): string {
  return seat || origin === 'seed' ? CLUSTER_ANNOUNCE : SETTINGS[origin.as];
}
