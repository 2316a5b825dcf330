import type { ClusterPeer } from '../../domain/cluster.ts';
import { type Candidate, whyNoFailover } from '../../domain/cluster-failover.ts';
import { memberName, placeOf, seatedAs, servedBy } from '../../domain/cluster-names.ts';
import { isAgreedFailed, isGhost, isLost, type Standing, standings } from '../../domain/cluster-slots.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import clusterConfig, { nodeTimeoutMs } from '../../probes/cluster-config.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';
import replication from '../../probes/replication.ts';

/** Twice the node timeout: by then the majority has agreed, or there is none. */
const DOUBT_TIMEOUTS = 2;

/** The default of repl-ping-replica-period, which an election adds to the age that it admits. */
const REPL_PING_SECONDS = 10;

/** A member that its cluster has given up, or that some nodes have not heard for long. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterConfig },
  more:
    'The other nodes get no answer from it over the cluster bus: its process or host is down or stuck, or the bus port ' +
    '(by default the port plus 10000) is blocked. A replica of a failed primary takes over by itself when the majority of ' +
    'the primaries is there and its data is fresh. If none does, CLUSTER FAILOVER FORCE on the best replica does so and loses ' +
    'what was not replicated; TAKEOVER is for a lost majority, and the last resort.',
  explains: [
    'cluster-slots-uncovered',
    'cluster-state-fail',
    'cluster-view-disagreement',
    'cluster-primary-without-replica',
    'cluster-replica-orphaned',
    'cluster-redirect-storm',
    'dependency-unreachable',
    'node-unreachable',
    'node-hung',
    'replica-link-down',
    'replica-never-synced',
    'replica-serving-stale',
    'no-replicas-connected',
    'min-replicas-blocking-writes',
  ],
  check: (_all, { snapshot, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      const all = standings(sights.map(({ view }) => view));
      return [...all.values()].flatMap((standing): (Found & { node: string })[] => {
        if (isGhost(standing, all.values())) return [];
        if (isLost(snapshot, standing)) return [lost(standing, sights, snapshot)];
        const doubt = doubtOf(standing, sights, snapshot, threshold('doubtTimeouts', DOUBT_TIMEOUTS));
        return doubt ? [doubt] : [];
      });
    }),
});

function lost(standing: Standing, sights: readonly Sight[], snapshot: Snapshot): Found & { node: string } {
  const { peer, failedFor, doubtedBy, views } = standing;
  const serves = peer.role === 'primary' && peer.slots.length > 0;
  const name = memberName(snapshot, peer);
  const agreed = isAgreedFailed(standing);
  const ours = seatedAs(snapshot, peer.id);
  return {
    node: placeOf(snapshot, peer),
    severity: serves ? 'critical' : 'high',
    headline: serves
      ? `The primary ${name} (${servedBy(peer)}) has failed, and no replica has taken over`
      : `The ${peer.role} ${name} has failed${peer.role === 'primary' ? ', and serves no slots any more' : ''}`,
    evidence: [
      {
        field: 'CLUSTER NODES',
        value: agreed
          ? `fail on ${failedFor.length} of ${views} nodes`
          : `fail? on ${failedFor.length + doubtedBy.length} of ${views} nodes`,
        expected: 'connected',
      },
      ...lastHeard(peer, sights),
      ...(ours?.kind === 'unread' ? [{ field: 'connection', value: ours.detail, expected: 'an answer' }] : []),
      ...(ours?.kind === 'read'
        ? [{ field: 'connection', value: 'it answers us', expected: 'that its peers reach its cluster bus port too' }]
        : []),
      ...(serves
        ? [{ field: 'failover', value: noFailover(peer, sights, snapshot), expected: 'a replica takes over' }]
        : []),
    ],
  };
}

function noFailover(peer: ClusterPeer, sights: readonly Sight[], snapshot: Snapshot): string {
  const all = [...standings(sights.map(({ view }) => view)).values()];
  const voters = all.filter((one) => one.peer.role === 'primary' && one.peer.slots.length > 0);
  const candidates = all.filter((one) => one.peer.primaryId === peer.id).map((one) => candidateOf(one.peer, snapshot));
  return whyNoFailover(candidates, {
    alive: voters.filter((one) => !isLost(snapshot, one)).length,
    total: voters.length,
  });
}

function candidateOf(peer: ClusterPeer, snapshot: Snapshot): Candidate {
  const node = seatedAs(snapshot, peer.id);
  const settings = node?.kind === 'read' ? readingIfAny(node, clusterConfig)?.now : undefined;
  const down = node?.kind === 'read' ? readingIfAny(node, replication)?.now.master_link_down_since_seconds : undefined;
  const factor = settings?.cluster_replica_validity_factor;
  return {
    name: memberName(snapshot, peer),
    readable: node?.kind === 'read',
    forbidden: peer.flags.has('nofailover') || settings?.cluster_replica_no_failover === 'yes',
    staleSeconds: down,
    mostStaleSeconds: factor ? (nodeTimeoutMs(snapshot) / 1000) * factor + REPL_PING_SECONDS : undefined,
  };
}

/** Not heard for long by some, and the cluster has not agreed on anything. */
function doubtOf(
  { peer, doubtedBy, views }: Standing,
  sights: readonly Sight[],
  snapshot: Snapshot,
  timeouts: number,
): (Found & { node: string }) | undefined {
  const most = nodeTimeoutMs(snapshot) * timeouts;
  const silent = sights
    .filter(({ view }) => doubtedBy.includes(view.myself.id))
    .filter((sight) => silenceMs(sight, peer.id) > most);
  if (silent.length === 0) return undefined;
  return {
    node: placeOf(snapshot, peer),
    severity: 'warning',
    headline: `${silent.length} of ${views} nodes do not hear the ${peer.role} ${memberName(snapshot, peer)}`,
    evidence: [
      {
        field: 'CLUSTER NODES',
        value: `fail? on ${silent.map(({ node }) => node.name).join(', ')}`,
        expected: 'connected',
      },
      ...lastHeard(peer, silent),
    ],
  };
}

/** How long a viewer has not heard a member, by the viewer's own clock; 0 when that cannot be told. */
function silenceMs({ node, view }: Sight, id: string): number {
  const heardAt = view.others.find((other) => other.id === id)?.heardAt ?? 0;
  const now = readingIfAny(node, clock)?.now.epochSeconds;
  return now === undefined || heardAt === 0 ? 0 : now * 1000 - heardAt;
}

function lastHeard({ id }: ClusterPeer, sights: readonly Sight[]): Evidence[] {
  const shortest = Math.min(...sights.map((sight) => silenceMs(sight, id)).filter((ms) => ms > 0));
  return Number.isFinite(shortest)
    ? [{ field: 'last heard', value: `${duration(shortest / 1000)} ago`, expected: 'within the node timeout' }]
    : [];
}
