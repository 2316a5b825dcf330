import { listed, servedBy } from '../../domain/cluster-names.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';
import replication from '../../probes/replication.ts';
import server from '../../probes/server.ts';

/** Replicas try once a second: after a start of their primary they are back by then. */
const GRACE_SECONDS = 3;

/** Primaries with slots that no replica follows. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, replication },
  more:
    'When this primary dies, nobody can take over: its slots are down and what was not saved is lost. Bring back the replica ' +
    'that it had, or make one of an empty spare node with CLUSTER REPLICATE and the id of the primary, which wipes that node; ' +
    'REPLICAOF is refused in a cluster. Set objectives.expect_replicas to 0 where this is meant to be so.',
  explains: ['no-replicas-connected', 'min-replicas-blocking-writes', 'repl-backlog-freed'],
  check: (_all, { snapshot, target, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      if (target.objectives.expectReplicas === 0) return [];
      const primaries = sights.filter(({ view }) => view.myself.role === 'primary' && view.myself.slots.length > 0);
      const bare = primaries.filter(({ node }) => isBare(node, threshold('graceSeconds', GRACE_SECONDS)));
      if (bare.length === primaries.length && bare.length > 1) return [everyone(bare, target.name)];
      return bare.map((sight): Found & { node: string } => ({
        node: sight.node.name,
        severity: 'high',
        headline: `No replica follows the primary ${sight.node.name} (${servedBy(sight.view.myself)})`,
        evidence: [
          { field: 'connected_slaves', value: '0', expected: '>= 1' },
          ...lostReplicas(sight).map((name) => ({
            field: 'its replica',
            value: `${name} is not connected`,
            expected: 'in sync',
          })),
        ],
      }));
    }),
});

/** Built without replicas: one fault, not one for each primary. */
function everyone(bare: readonly Sight[], target: string): Found & { node: string } {
  return {
    node: target,
    severity: 'high',
    headline: `None of the ${bare.length} primaries has a replica`,
    evidence: [
      {
        field: 'connected_slaves',
        value: `0 on ${listed(bare.map(({ node }) => node.name))}`,
        expected: '>= 1 on each',
      },
    ],
  };
}

function isBare(node: ReadNode, grace: number): boolean {
  const now = readingIfAny(node, replication)?.now;
  const uptime = readingIfAny(node, server)?.now.uptime_in_seconds ?? Number.POSITIVE_INFINITY;
  return now?.role === 'master' && now.connected_slaves === 0 && uptime >= grace;
}

/** Whom the primary itself still counts as its replicas. */
function lostReplicas({ view }: Sight): string[] {
  return view.others
    .filter(({ primaryId }) => primaryId === view.myself.id)
    .map(({ address, id }) => (address ? `${address.host}:${address.port}` : `node ${id.slice(0, 8)}`));
}
