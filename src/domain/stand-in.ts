import { followedBy, nodeNamed, type ReadNode, readNodes, readSentinels, type Snapshot } from './snapshot.ts';

/**
 * Whom a plan about a finding starts from: the node that it names, where that was read. For the target as a whole and for
 * a node that is silent somebody near speaks: a replica of it, a node of its shard, a primary, whoever was read.
 */
export function standIn(snapshot: Snapshot, name: string): ReadNode | undefined {
  const named = nodeNamed(snapshot, name);
  if (named?.kind === 'read') return named;
  const sentinels = readSentinels(snapshot);
  if (named && snapshot.sentinels.includes(named)) return sentinels[0];
  const nodes = readNodes(snapshot);
  const near = [
    nodes.find((node) => named !== undefined && followedBy(snapshot, node) === named),
    nodes.find(({ seat }) => seat !== undefined && seat.shard === named?.seat?.shard),
    nodes.find(({ identity }) => identity.role === 'primary'),
    nodes[0],
    sentinels[0],
  ];
  return near.find((node) => node !== undefined);
}
