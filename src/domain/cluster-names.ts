import { type ClusterPeer, slotsText } from './cluster.ts';
import type { Node, Snapshot } from './snapshot.ts';
import { nodeName } from './target.ts';

/** The node of a snapshot with this id. */
export function seatedAs({ nodes }: Snapshot, id: string): Node | undefined {
  return nodes.find(({ seat }) => seat?.id === id);
}

/** What to call a member of the cluster, also one that has no address or was not met. */
export function memberName(snapshot: Snapshot, { id, address, hostname }: ClusterPeer): string {
  const seated = seatedAs(snapshot, id);
  if (seated) return seated.name;
  return address ? nodeName(address) : (hostname ?? `node ${id.slice(0, 8)}`);
}

/** The node that a finding about a member is on: the target, where the snapshot has none of its name. */
export function placeOf(snapshot: Snapshot, peer: ClusterPeer): string {
  const name = memberName(snapshot, peer);
  return snapshot.nodes.some((node) => node.name === name) ? name : snapshot.target.name;
}

/** `slots 0-5460`, `no slots`. */
export function servedBy({ slots }: Pick<ClusterPeer, 'slots'>): string {
  return slots.length === 0 ? 'no slots' : `slots ${slotsText(slots)}`;
}

/** `10.0.0.1:6379 and 10.0.0.2:6379`; after a few, how many more there are. */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most);
  const left = names.length - shown.length;
  if (left > 0) return `${shown.join(', ')} and ${left} more`;
  const last = shown.pop();
  return shown.length > 0 ? `${shown.join(', ')} and ${last ?? ''}` : (last ?? 'none');
}
