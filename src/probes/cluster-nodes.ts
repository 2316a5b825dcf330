import { type ClusterView, isMember, parseClusterNodes, slotCount } from '../domain/cluster.ts';
import { seatedAs } from '../domain/cluster-names.ts';
import { defineProbe, NotAnswered, textReply } from '../domain/probe.ts';
import type { Found } from '../domain/rule.ts';
import { nodeAt, type ReadNode, readingIfAny, readingOf, readNodes, type Snapshot } from '../domain/snapshot.ts';

/** What a node says of itself and of whom it knows, as plain values. */
interface Place {
  /** Node id of the primary that it follows; `-` where it follows none. */
  primary: string;
  slots: number;
  open_slots: number;
  /** How many it knows, itself among them. */
  members: number;
}

/** The cluster as this node sees it; nothing on a server that is in none. */
const clusterNodes = defineProbe<{ view?: ClusterView } & Partial<Place>>({
  sampled: 'pair',
  allows: [['CLUSTER', 'NODES']],
  fields: { primary: 'text', slots: 'number', open_slots: 'number', members: 'number' },
  commands({ mode, loading }) {
    if (mode !== 'cluster') return [];
    return loading ? 'while it loads its data a node does not show its view of the cluster' : [['CLUSTER', 'NODES']];
  },
  read(replies) {
    if (replies.length === 0) return {};
    const view = parseClusterNodes(textReply(replies[0]));
    if (!view) throw new NotAnswered('the reply of CLUSTER NODES cannot be read');
    return { view, ...placeIn(view) };
  },
});
export default clusterNodes;

function placeIn({ myself, others, open }: ClusterView): Place {
  return {
    primary: myself.primaryId ?? '-',
    slots: slotCount(myself.slots),
    open_slots: open.length,
    members: others.filter(isMember).length + 1,
  };
}

/** What one node sees of its cluster, at one or two moments. */
export interface Sight {
  node: ReadNode;
  view: ClusterView;
  before?: ClusterView;
}

/** What every node sees that could be asked. */
export function sightsOf(snapshot: Snapshot): Sight[] {
  return clusterMembers(snapshot).flatMap((node) => {
    const { now, before } = readingIfAny(node, clusterNodes) ?? {};
    return now?.view ? [{ node, view: now.view, ...(before?.view && { before: before.view }) }] : [];
  });
}

function clusterMembers(snapshot: Snapshot): ReadNode[] {
  return readNodes(snapshot).filter(({ identity }) => identity.mode === 'cluster');
}

type Answer = readonly (Found & { node: string })[] | { unassessed: string };

/** What a rule about the cluster answers: clear where there is none, unassessed where no node shows its view of it. */
export function judgeCluster(snapshot: Snapshot, judge: (sights: readonly Sight[]) => Answer): Answer {
  const members = clusterMembers(snapshot);
  const [first] = members;
  if (!first) {
    const declared = snapshot.target.kind === 'cluster';
    return declared ? { unassessed: 'no server that could be read is in cluster mode' } : [];
  }
  const sights = sightsOf(snapshot);
  if (sights.length > 0) {
    const answer = judge(sights);
    const unseen = unseenIn(snapshot, sights);
    const isClear = !('unassessed' in answer) && answer.length === 0;
    return isClear && unseen > 0
      ? { unassessed: `${unseen} of the nodes that the cluster counts were not looked at` }
      : answer;
  }
  // Throws with the reason why it could not look.
  readingOf(first, clusterNodes);
  return { unassessed: 'no node shows its view of the cluster' };
}

/** Members that there was no room for. */
function unseenIn(snapshot: Snapshot, sights: readonly Sight[]): number {
  const members = new Map(sights.flatMap(({ view }) => view.others.filter(isMember)).map((peer) => [peer.id, peer]));
  return [...members.values()].filter(
    ({ id, address }) => address !== undefined && !seatedAs(snapshot, id) && !nodeAt(snapshot, address),
  ).length;
}
