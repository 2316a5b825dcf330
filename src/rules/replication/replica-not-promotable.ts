import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingOf, replicasOf } from '../../domain/snapshot.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';

/** No replica may take over: when the primary is lost, a failover finds nobody. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  latent: true,
  more:
    'Every replica of this primary is kept from promotion (replica-priority 0, replica-announced no, or ' +
    'cluster-replica-no-failover), so Sentinel answers NOGOODSLAVE, a cluster elects nobody, and the service stays down ' +
    'until a person acts. That is right for a backup or reporting replica, not for all of them. Allow at least one.',
  explains: ['sentinel-no-good-replica'],
  check({ replication: { now } }, { node, snapshot }) {
    if (node.identity.role !== 'primary' || now.connected_slaves === 0) return;
    const replicas = replicasOf(snapshot, node);
    const barred = replicas.map((replica) => ({ replica, by: barrier(replica) }));
    if (barred.some(({ by }) => by === undefined)) return;
    if (replicas.length < now.connected_slaves) {
      return { unassessed: `${now.connected_slaves - replicas.length} of its replicas could not be read` };
    }
    return {
      severity: 'warning',
      headline:
        replicas.length === 1
          ? 'The only replica may not take over from this primary'
          : `None of the ${replicas.length} replicas may take over from this primary`,
      evidence: barred.flatMap(({ replica, by }) =>
        by ? [{ field: `${by.field} of ${replica.name}`, value: by.value, expected: by.expected }] : [],
      ),
    };
  },
});

/** What keeps a replica from being promoted. A cluster knows neither priority nor announcement. */
function barrier(replica: ReadNode): { field: string; value: string; expected: string } | undefined {
  if (replica.identity.mode === 'cluster') {
    const never = readingOf(replica, replicationConfig).now.cluster_replica_no_failover;
    return never === 'yes' ? { field: 'cluster-replica-no-failover', value: never, expected: 'no' } : undefined;
  }
  const { slave_priority, replica_announced } = readingOf(replica, replication).now;
  if (slave_priority === 0) return { field: 'slave_priority', value: '0', expected: '> 0' };
  return replica_announced === 0 ? { field: 'replica_announced', value: '0', expected: '1' } : undefined;
}
