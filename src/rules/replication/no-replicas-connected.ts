import { defineRule } from '../../domain/rule.ts';
import replication from '../../probes/replication.ts';
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
  explains: ['min-replicas-blocking-writes', 'repl-backlog-freed'],
  check({ replication: { now }, server }, { target, threshold }) {
    const expected = target.objectives.expectReplicas ?? 0;
    if (now.role !== 'master' || now.connected_slaves >= expected) return;
    if (server.now.uptime_in_seconds < threshold('graceSeconds', GRACE_SECONDS)) return;
    return {
      severity: 'high',
      headline: `${now.connected_slaves} of ${expected} expected replicas are connected`,
      evidence: [{ field: 'connected_slaves', value: String(now.connected_slaves), expected: `>= ${expected}` }],
    };
  },
});
