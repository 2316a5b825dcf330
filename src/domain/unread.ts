import type { Evidence, Severity } from './finding.ts';
import {
  followedBy,
  type Node,
  type ReadNode,
  readNodes,
  type Snapshot,
  type UnreadCause,
  type UnreadNode,
} from './snapshot.ts';

/** The nodes that could not be read for one of these causes. */
export function unreadFor(nodes: readonly Node[], ...causes: readonly UnreadCause[]): UnreadNode[] {
  return nodes.filter((node) => node.kind === 'unread').filter((node) => causes.includes(node.cause));
}

/** The replicas that name this node as their primary, whether or not it could be read itself. */
export function followersOf(snapshot: Snapshot, node: Node): ReadNode[] {
  return readNodes(snapshot).filter((other) => followedBy(snapshot, other) === node);
}

/** True when no server can be had at the address, so that a replica pointed at it will not come back by itself. */
export function isGone(node: Node | undefined): boolean {
  return node?.kind === 'unread' && ['unreachable', 'hung', 'not-a-redis-server'].includes(node.cause);
}

/** True when a fault of this node is a fault of the whole target: replicas follow it, or nothing else could be read. */
export function isVital(snapshot: Snapshot, node: Node): boolean {
  return readNodes(snapshot).length === 0 || followersOf(snapshot, node).length > 0;
}

/** A server that answers, but not to us, may be well: it is high only where nothing of the target can be seen. */
export function blindSeverity(snapshot: Snapshot): Severity {
  return readNodes(snapshot).length === 0 ? 'high' : 'warning';
}

/** What was seen of a node instead of its INFO. */
export function seen(node: UnreadNode, expected: string): Evidence[] {
  return [{ field: 'connection', value: node.detail, expected }];
}
