import { followedBy, type Node, nodeNamed, primaryOf, type ReadNode, readNodes, type Snapshot } from './snapshot.ts';
import { nodeName } from './target.ts';

/** The primaries above a node, nearest first, as far as they were read; where they go round in a ring, each once. */
export function chainAbove(snapshot: Snapshot, node: ReadNode): ReadNode[] {
  const above: ReadNode[] = [];
  let next = primaryOf(snapshot, node);
  while (next && next !== node && !above.includes(next)) {
    above.push(next);
    next = primaryOf(snapshot, next);
  }
  return above;
}

/** The replicas that follow each other in a ring at the upper end of a node's chain, by name; none where it has a top. */
export function ringAbove(snapshot: Snapshot, node: ReadNode): ReadNode[] {
  const chain = [node, ...chainAbove(snapshot, node)];
  const top = chain.at(-1) ?? node;
  const closing = primaryOf(snapshot, top);
  if (!closing) return [];
  return chain.slice(chain.indexOf(closing)).toSorted((one, other) => one.name.localeCompare(other.name));
}

/**
 * The node at the top of a node's replication chain: its primary, the node itself, or the highest replica where what
 * that one follows was not read. A ring has no top: the first of its members by name stands for it.
 */
export function headOf(snapshot: Snapshot, node: ReadNode): ReadNode {
  return ringAbove(snapshot, node)[0] ?? chainAbove(snapshot, node).at(-1) ?? node;
}

/** Whom a node gets its data through, nearest first; the last may be a primary that could not be read. */
export function sourcesOf(snapshot: Snapshot, name: string): Node[] {
  const node = nodeNamed(snapshot, name);
  if (node?.kind !== 'read') return [];
  const chain = chainAbove(snapshot, node);
  const top = followedBy(snapshot, chain.at(-1) ?? node);
  return top?.kind === 'unread' ? [...chain, top] : chain;
}

/**
 * What runs of one replication group have in common, so that only one is active at a time: the name of its primary.
 * A replica that follows something else belongs to the target's one primary, when there is just one; in a cluster the
 * one that could be read may be of another shard.
 */
export function groupName(snapshot: Snapshot, node: ReadNode): string {
  const head = headOf(snapshot, node);
  const { role, primary: followed } = head.identity;
  if (role === 'primary') return head.name;
  const [primary, ...others] = readNodes(snapshot).filter((other) => other.identity.role === 'primary');
  if (primary && others.length === 0 && head.identity.mode !== 'cluster') return primary.name;
  if (!followed || ringAbove(snapshot, head).length > 0) return head.name;
  return followedBy(snapshot, head)?.name ?? nodeName(followed);
}
