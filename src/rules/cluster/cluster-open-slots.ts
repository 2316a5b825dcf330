import { everybody } from '../../domain/cluster.ts';
import { memberName } from '../../domain/cluster-names.ts';
import { defineRule } from '../../domain/rule.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';
import commandStats, { isResharding } from '../../probes/command-stats.ts';

/** A slot that is on its way from one primary to another, seen from one of its ends. */
interface Open {
  slot: number;
  seenBy: Sight;
  direction: 'migrating' | 'importing';
  /** Node id of the other end. */
  peer: string;
}

/** Slots that were being moved when the move stopped. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, commandStats },
  more:
    'While a slot is open its keys are spread over two nodes: clients get ASK and TRYAGAIN, and commands on several keys fail. ' +
    'A reshard opens one slot after the other and closes each; when it breaks off, the last stays open until somebody acts. ' +
    'redis-cli --cluster fix finishes the move (back up first); a slot that is empty on both ends is closed by ' +
    'CLUSTER SETSLOT n STABLE on both.',
  explains: ['cluster-redirect-storm', 'cluster-view-disagreement', 'cluster-orphaned-slot-keys'],
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, (sights) => {
      const open = sights.flatMap((seenBy) => openSlots(seenBy));
      const slots = [...new Set(open.map(({ slot }) => slot))];
      if (slots.length === 0) return [];
      const owners = new Set(
        open.filter(({ direction }) => direction === 'migrating').map(({ seenBy }) => seenBy.node.name),
      );
      const [owner, ...others] = owners;
      const moving = sights.some(({ node }) => isResharding(node));
      const sampled = sights.every(({ before }) => before !== undefined);
      const count = slots.length === 1 ? `Slot ${slots[0]} is` : `${slots.length} slots are`;
      return [
        {
          node: owner !== undefined && others.length === 0 ? owner : target.name,
          severity: moving || !sampled ? 'info' : 'warning',
          headline: `${count} open between two nodes${moving ? ' while keys are moved' : sampled ? ', and nothing moves' : ''}`,
          evidence: open.slice(0, 8).map(({ slot, seenBy, direction, peer }) => ({
            field: `slot ${slot} on ${seenBy.node.name}`,
            value: `${direction === 'migrating' ? 'migrating to' : 'importing from'} ${nameOf(peer, seenBy, snapshot)}`,
            expected: 'stable',
          })),
        },
      ];
    }),
});

/** Those that are open now and were at the first sample, where there was one: a reshard closes each within moments. */
function openSlots(seenBy: Sight): Open[] {
  const { view, before } = seenBy;
  // Replicas of Valkey repeat what their primary shows.
  if (view.myself.role !== 'primary') return [];
  return view.open
    .filter(({ slot }) => !before || before.open.some((then) => then.slot === slot))
    .map((one) => ({ ...one, seenBy }));
}

function nameOf(id: string, { view }: Sight, snapshot: Snapshot): string {
  const peer = everybody(view).find((one) => one.id === id);
  return peer ? memberName(snapshot, peer) : `node ${id.slice(0, 8)}`;
}
