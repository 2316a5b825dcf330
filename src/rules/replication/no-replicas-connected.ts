import { groupOf } from '../../domain/replication-group.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import replication, { isSettling } from '../../probes/replication.ts';
import server from '../../probes/server.ts';

/** Replicas try once a second: after a start of their primary they are back by then. */
const GRACE_SECONDS = 5;

/** Fewer replicas than the owner expects. */
export default defineRule({
  scope: 'node',
  needs: { replication, server },
  more:
    'The primary has fewer replicas than the target expects (objectives.expect_replicas), so losing it loses data or ' +
    'the service. Check the missing replicas: whether they run, whom they follow, and whether they may log in.',
  explains: ['min-replicas-blocking-writes', 'repl-backlog-freed', 'blocked-clients-high', 'sentinel-no-good-replica'],
  check({ replication: { now }, server }, { node, snapshot, target, threshold }) {
    const expected = target.objectives.expectReplicas ?? 0;
    // In a cluster each primary needs its own, but not one that serves nothing.
    if (now.role !== 'master' || node.seat?.slots.length === 0) return;
    // A replica of a replica is one as well.
    const connected = groupOf(snapshot, node).reduce((sum, member) => sum + connectedTo(member), 0);
    if (connected >= expected) return;
    if (server.now.uptime_in_seconds < threshold('graceSeconds', GRACE_SECONDS) || isSettling(snapshot)) return;
    return {
      severity: 'high',
      headline: `${connected} of ${expected} expected replicas are connected`,
      evidence: [{ field: 'connected_slaves', value: String(connected), expected: `>= ${expected}` }],
    };
  },
});

function connectedTo(member: ReadNode): number {
  return readingIfAny(member, replication)?.now.connected_slaves ?? 0;
}
