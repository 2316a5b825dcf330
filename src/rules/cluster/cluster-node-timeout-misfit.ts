import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clusterConfig, { settingOf } from '../../probes/cluster-config.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';
import stats from '../../probes/stats.ts';

/** Below this, pauses that are normal look like deaths. */
const SHORTEST_MS = 5000;
/** Above this, a dead primary is missed for minutes. */
const LONGEST_MS = 60_000;
/** A pause of half the timeout leaves no room for one lost packet. */
const PAUSE_SHARE = 0.5;

/** A node timeout that makes living nodes fail, or leaves dead ones in office. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterConfig },
  latent: true,
  more:
    'After cluster-node-timeout without an answer a node counts as lost, and a replica takes over about as long after that. Too ' +
    'short, and forks, slow commands or a busy network cause failovers that lose writes; too long, and a shard stays down. ' +
    'The default of 15 s suits most; set the same on all nodes.',
  explains: ['role-changed-recently'],
  check: (_all, { snapshot, target, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      const timeout = settingOf(snapshot, 'cluster_node_timeout');
      if (timeout === undefined) return { unassessed: 'cluster-node-timeout could not be read' };
      const [shortest, longest] = [threshold('shortestMs', SHORTEST_MS), threshold('longestMs', LONGEST_MS)];
      const pause = longestPause(sights);
      const pauses = pause.ms > timeout * threshold('pauseShare', PAUSE_SHARE);
      if (timeout >= shortest && timeout <= longest && !pauses) return [];
      const evidence: Evidence[] = [
        { field: 'cluster-node-timeout', value: `${timeout} ms`, expected: `${shortest} to ${longest} ms` },
      ];
      if (pauses) {
        evidence.push({
          field: `latest_fork_usec of ${pause.node}`,
          value: `${Math.round(pause.ms)} ms`,
          expected: 'less than half of cluster-node-timeout',
        });
      }
      return [
        {
          node: target.name,
          severity: 'warning',
          headline: pauses
            ? `A fork held ${pause.node} up for ${duration(pause.ms / 1000)}, and after ${duration(timeout / 1000)} the cluster takes it for dead`
            : timeout < shortest
              ? `A node counts as dead after ${duration(timeout / 1000)} without an answer: short pauses cause failovers`
              : `A dead node is noticed only after ${duration(timeout / 1000)}`,
          evidence,
        },
      ];
    }),
});

function longestPause(sights: readonly Sight[]): { node: string; ms: number } {
  const pauses = sights.map(({ node }) => ({
    node: node.name,
    ms: (readingIfAny(node, stats)?.now.latest_fork_usec ?? 0) / 1000,
  }));
  return pauses.toSorted((one, other) => other.ms - one.ms)[0] ?? { node: '', ms: 0 };
}
