import { type ClusterPeer, rangesOf, slotsText } from '../../domain/cluster.ts';
import { memberName } from '../../domain/cluster-names.ts';
import { isAgreedFailed, slotsOf, standings } from '../../domain/cluster-slots.ts';
import { defineRule } from '../../domain/rule.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';

/** Two living primaries that both say a slot is theirs. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes },
  more:
    'Both primaries take writes to the keys of these slots, so the data parts ways with every write. It comes from slots ' +
    'assigned by hand, from a node that returned after it was cut off or forgotten, or from a bus that is cut between the two. ' +
    'The one with the higher config epoch wins as soon as they hear each other, and what was written to the other is then out of ' +
    'reach: stop writes to these slots and let a person decide whose data stays before anything is repaired.',
  explains: ['cluster-view-disagreement', 'cluster-redirect-storm', 'cluster-orphaned-slot-keys'],
  check: (_all, { snapshot }) =>
    judgeCluster(snapshot, (sights) => {
      const failed = new Set(
        [...standings(sights.map(({ view }) => view))].flatMap(([id, one]) => (isAgreedFailed(one) ? [id] : [])),
      );
      const claims = sights.filter(({ view }) => view.myself.slots.length > 0 && !failed.has(view.myself.id));
      return claims.flatMap((one, at) =>
        claims.slice(at + 1).flatMap((other) => {
          const both = sharedBy(one, other);
          if (both.length === 0) return [];
          const [winner, phantom] = [one.view.myself, other.view.myself].toSorted(
            (a, b) => b.configEpoch - a.configEpoch,
          );
          if (!winner || !phantom) return [];
          const name = (peer: ClusterPeer) => memberName(snapshot, peer);
          return [
            {
              node: name(phantom),
              severity: 'critical' as const,
              headline: `${both.length === 1 ? 'Slot' : 'Slots'} ${slotsText(rangesOf(both))} ${both.length === 1 ? 'is' : 'are'} claimed by both ${name(winner)} and ${name(phantom)}`,
              evidence: [winner, phantom].map((peer) => ({
                field: `config epoch of ${name(peer)}`,
                value: String(peer.configEpoch),
                expected: peer === winner ? 'the higher one wins' : 'no claim',
              })),
            },
          ];
        }),
      );
    }),
});

/** Slots that both claim now, and did at the first sample where there was one. */
function sharedBy(one: Sight, other: Sight): number[] {
  const now = shared(one.view.myself, other.view.myself);
  if (!one.before || !other.before) return now;
  const then = new Set(shared(one.before.myself, other.before.myself));
  return now.filter((slot) => then.has(slot));
}

function shared(one: ClusterPeer, other: ClusterPeer): number[] {
  const theirs = new Set(slotsOf(other));
  return [...slotsOf(one)].filter((slot) => theirs.has(slot));
}
