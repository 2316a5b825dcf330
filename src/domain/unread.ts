import type { Evidence, Severity } from './finding.ts';
import {
  followedBy,
  type Node,
  type ReadNode,
  readNodes,
  readSentinels,
  type Snapshot,
  type UnreadCause,
  type UnreadNode,
} from './snapshot.ts';

/** The servers and Sentinels that could not be read for one of these causes. */
export function unreadFor({ nodes, sentinels }: Snapshot, ...causes: readonly UnreadCause[]): UnreadNode[] {
  return [...nodes, ...sentinels]
    .filter((node) => node.kind === 'unread')
    .filter(({ cause }) => causes.includes(cause));
}

/** The replicas that name this node as their primary, whether or not it could be read itself. */
export function followersOf(snapshot: Snapshot, node: Node): ReadNode[] {
  return readNodes(snapshot).filter((other) => followedBy(snapshot, other) === node);
}

/** True when no server can be had at the address, so that a replica pointed at it will not come back by itself. */
export function isGone(node: Node | undefined): boolean {
  return node?.kind === 'unread' && ['unreachable', 'hung', 'not-a-redis-server'].includes(node.cause);
}

/** True when a fault of this node is a fault of the whole target: replicas follow it, slots are its, or it is all there is. */
export function isVital(snapshot: Snapshot, node: Node): boolean {
  const serves = node.seat?.role === 'primary' && node.seat.slots.length > 0;
  return serves || readNodes(snapshot).length === 0 || followersOf(snapshot, node).length > 0;
}

/**
 * How bad it is that a member named in the target is gone. Other Sentinels go on without one of them: whether they are
 * enough is another finding. Without any of them the servers are not known.
 */
export function lossSeverity(snapshot: Snapshot, node: Node): Severity {
  if (snapshot.sentinels.includes(node)) return readSentinels(snapshot).length === 0 ? 'critical' : 'warning';
  return isVital(snapshot, node) ? 'critical' : 'high';
}

/** How a member is called in a sentence. */
export function called(snapshot: Snapshot, node: Node): string {
  return snapshot.sentinels.includes(node) ? `The Sentinel ${node.name}` : node.name;
}

/** A server that answers, but not to us, may be well: it is high only where nothing of the target can be seen. */
export function blindSeverity(snapshot: Snapshot): Severity {
  return readNodes(snapshot).length === 0 ? 'high' : 'warning';
}

/** What was seen of a node instead of its INFO. */
export function seen(node: UnreadNode, expected: string): Evidence[] {
  return [{ field: 'connection', value: node.detail, expected }];
}
