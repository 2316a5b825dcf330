import type { ClusterPeer } from '../../domain/cluster.ts';
import { memberName } from '../../domain/cluster-names.ts';
import { isAgreedFailed, standings } from '../../domain/cluster-slots.ts';
import { defineRule } from '../../domain/rule.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';

/** Replicas whose primary is gone from the cluster. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes },
  more:
    'The replica follows a node that its cluster has given up or does not know any more, so it gets no writes and protects ' +
    'nothing. It comes from a primary that died for good, from CLUSTER FORGET, or from a reset. When its own shard has no other ' +
    'primary, promote it (CLUSTER FAILOVER TAKEOVER, a person decides); else give it to a living primary with CLUSTER REPLICATE, ' +
    'which replaces its data.',
  explains: ['replica-link-down', 'replica-never-synced', 'replica-serving-stale'],
  check: (_all, { snapshot }) =>
    judgeCluster(snapshot, (sights) => {
      const failed = standings(sights.map(({ view }) => view));
      return sights.flatMap(({ node, view }) => {
        if (view.myself.role !== 'replica') return [];
        const { primaryId } = view.myself;
        const primary = view.others.find(({ id }) => id === primaryId);
        const standing = primaryId === undefined ? undefined : failed.get(primaryId);
        const why = fate(primary, standing !== undefined && isAgreedFailed(standing));
        if (why === undefined) return [];
        return [
          {
            node: node.name,
            severity: 'high' as const,
            headline: `The replica ${node.name} follows a primary that ${why}`,
            evidence: [
              {
                field: 'its primary',
                value: primary ? memberName(snapshot, primary) : (primaryId ?? 'none'),
                expected: 'a living member of the cluster',
              },
            ],
          },
        ];
      });
    }),
});

function fate(primary: ClusterPeer | undefined, failed: boolean): string | undefined {
  if (!primary) return 'its cluster does not know';
  if (failed) return 'has failed';
  return primary.address ? undefined : 'has no address';
}
