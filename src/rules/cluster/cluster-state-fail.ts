import { SLOTS } from '../../domain/cluster.ts';
import { listed } from '../../domain/cluster-names.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import clusterInfo, { type ClusterFacts } from '../../probes/cluster-info.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import server from '../../probes/server.ts';

/** A node that has just started answers CLUSTERDOWN until it has heard the others: at most 5 s, and 2 s for a primary. */
const REJOIN_SECONDS = 10;

interface Voice {
  node: ReadNode;
  facts: ClusterFacts;
}

/** Nodes that refuse commands because the cluster as they see it is not whole, or because they are cut off. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterInfo },
  more:
    'A node in this state answers every command with CLUSTERDOWN. It is in it because slots have no living owner while ' +
    'cluster-require-full-coverage is yes, or because it cannot hear the majority of the primaries. Repair that cause; ' +
    'until then cluster-require-full-coverage no on all nodes lets the slots that have an owner serve again.',
  check: (_all, { snapshot, target, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      const voices = sights.flatMap(({ node }): Voice[] => {
        const facts = readingIfAny(node, clusterInfo)?.now.facts;
        return facts ? [{ node, facts }] : [];
      });
      if (voices.length === 0) return { unassessed: 'no node tells its state with CLUSTER INFO' };
      const down = voices.filter(({ facts }) => facts.state !== 'ok');
      const [first, ...others] = down.filter(({ node }) => !rejoins(node, threshold('rejoinSeconds', REJOIN_SECONDS)));
      if (!first) return [];
      const alone = others.length === 0 && voices.length > 1;
      return [
        {
          node: alone ? first.node.name : target.name,
          severity: 'critical',
          headline: alone
            ? `${first.node.name} refuses commands: the cluster is down as it sees it, while ${voices.length - down.length} of ${voices.length} nodes go on`
            : `The cluster is down: ${down.length} of ${voices.length} nodes refuse commands`,
          evidence: [
            { field: 'cluster_state', value: `fail on ${listed(down.map(({ node }) => node.name))}`, expected: 'ok' },
            ...slotsOf(first.facts),
            ...refused(down),
          ],
        },
      ];
    }),
});

/** Started a moment ago, and nothing is missing in its view. */
function rejoins(node: ReadNode, grace: number): boolean {
  const facts = readingIfAny(node, clusterInfo)?.now.facts;
  const uptime = readingIfAny(node, server)?.now.uptime_in_seconds ?? Number.POSITIVE_INFINITY;
  return uptime < grace && facts?.assigned === SLOTS && facts.unserved === 0;
}

function slotsOf({ assigned, unserved, doubtful }: ClusterFacts): Evidence[] {
  return [
    { field: 'cluster_slots_assigned', value: String(assigned), expected: String(SLOTS) },
    { field: 'cluster_slots_fail', value: String(unserved), expected: '0' },
    ...(doubtful > 0 ? [{ field: 'cluster_slots_pfail', value: String(doubtful), expected: '0' }] : []),
  ];
}

/** Commands that clients were refused between the two samples. */
function refused(down: readonly Voice[]): Evidence[] {
  const count = down.reduce((sum, { node }) => {
    const errors = readingIfAny(node, errorStats);
    return sum + ((errors && newErrors(errors, 'CLUSTERDOWN')) ?? 0);
  }, 0);
  return count > 0 ? [{ field: 'errorstat_CLUSTERDOWN', value: `+${count}`, expected: '+0' }] : [];
}
