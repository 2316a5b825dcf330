import { rangesOf, slotsText } from '../../domain/cluster.ts';
import { type Dissent, dissentsIn, isStuck, lasting } from '../../domain/cluster-disagreement.ts';
import { memberName } from '../../domain/cluster-names.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clusterConfig, { nodeTimeoutMs } from '../../probes/cluster-config.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';

/** Gossip reaches everybody within half the node timeout. */
const SETTLE_TIMEOUTS = 2;

/** Nodes that give the same slot to different owners. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterConfig },
  more:
    'The nodes do not agree who owns which slot, so clients are sent back and forth or to a node that refuses them. ' +
    'Usual causes: slots deleted, added or assigned on one node by hand, a reshard that broke off, a node that was forgotten or ' +
    'restored from an old nodes.conf, or a cluster bus that is cut. Compare CLUSTER NODES of these nodes; redis-cli --cluster ' +
    'check lists the slots, and CLUSTER SETSLOT n NODE id on every primary settles one.',
  explains: ['cluster-redirect-storm', 'cluster-state-fail'],
  check: (_all, { snapshot, target, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      if (sights.length === 1 && (sights[0]?.view.others.length ?? 0) > 0) {
        return { unassessed: 'only one node shows its view of the cluster, so there is nothing to compare it with' };
      }
      const found = lasting(dissentsIn(sights.map(({ view }) => view)), sights);
      if (found.length === 0) return [];
      const seconds = Math.min(...sights.map((sight) => windowOf(sight)));
      const settles = (nodeTimeoutMs(snapshot) / 1000) * threshold('settleTimeouts', SETTLE_TIMEOUTS);
      const stuck = seconds >= settles || found.some((one) => isStuck(one, sights));
      const slots = new Set(found.flatMap((one) => one.slots.map(({ slot }) => slot)));
      return [
        {
          node: target.name,
          severity: stuck ? 'high' : 'warning',
          headline: `${found.length} of ${sights.length} nodes see ${slots.size} ${slots.size === 1 ? 'slot' : 'slots'} with other owners than the rest`,
          evidence: [
            ...found.slice(0, 6).map((one) => rowOf(one, sights, snapshot)),
            ...(stuck
              ? []
              : [{ field: 'seen for', value: duration(seconds), expected: `gone within ${duration(settles)}` }]),
          ],
        },
      ];
    }),
});

function windowOf({ node }: Sight): number {
  const outcome = node.outcomes.get(clusterNodes);
  return outcome?.kind === 'read' ? outcome.reading.seconds : 0;
}

function rowOf({ by, slots }: Dissent, sights: readonly Sight[], snapshot: Snapshot): Evidence {
  const [first] = slots;
  const name = (id: string | undefined) => {
    if (id === undefined) return 'nobody';
    const peer = sights.flatMap(({ view }) => [view.myself, ...view.others]).find((one) => one.id === id);
    return peer ? memberName(snapshot, peer) : id.slice(0, 8);
  };
  return {
    field: `slots ${slotsText(rangesOf(slots.map(({ slot }) => slot)))} on ${name(by)}`,
    value: name(first?.here),
    expected: `${name(first?.most)}, as most nodes see`,
  };
}
