import { refusals } from '../../domain/replication-link.ts';
import { defineRule } from '../../domain/rule.ts';
import { followedBy, primaryOf, type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { isGone } from '../../domain/unread.ts';
import errorStats from '../../probes/error-stats.ts';
import replication, { isCutOff, isSettling, preparesCopy, takesCopy } from '../../probes/replication.ts';
import server from '../../probes/server.ts';

/** A replica tries once a second; one that has just started may not have failed yet. */
const GRACE_SECONDS = 3;

/** A replica that never got its first copy from the primary that it names. */
export default defineRule({
  scope: 'node',
  needs: { replication, server },
  more:
    'The replica has not managed a single sync since it was pointed at this primary, so it holds no data of it, or old ' +
    'data. Usual causes: wrong host or port, masterauth or masteruser missing or wrong, an ACL user without psync, ' +
    'replconf and ping, protected mode on the primary, or tls-replication that does not fit. Correct that; a retry ' +
    'follows within a second by itself.',
  explains: [
    'replica-serving-stale',
    'no-replicas-connected',
    'min-replicas-blocking-writes',
    'repl-backlog-freed',
    'sentinel-no-good-replica',
  ],
  check({ replication, server }, { node, snapshot, threshold }) {
    const { primary, loading } = node.identity;
    if (!primary || loading || !never(replication.now) || (replication.before && !never(replication.before))) return;
    const upstream = primaryOf(snapshot, node);
    const refused = refusals(upstream && readingIfAny(upstream, errorStats));
    if (takesCopy(node, replication.now, snapshot)) return;
    const fresh = server.now.uptime_in_seconds < threshold('graceSeconds', GRACE_SECONDS) || isSettling(snapshot);
    const hopeless = refused.length > 0 || isGone(followedBy(snapshot, node));
    if ((fresh && !hopeless) || (upstream && preparesCopy(upstream, node, snapshot))) return;
    if (upstream && hasNothingYet(upstream, snapshot)) return;
    // Whom it follows has nothing to give (NOMASTERLINK): that one has a finding of its own.
    const cutAbove = upstream !== undefined && isCutOff(upstream);
    return {
      severity: cutAbove ? 'info' : 'high',
      headline: `The replica has never been in sync with its primary ${nodeName(primary)}${cutAbove ? ', which has no primary itself' : ''}`,
      evidence: [
        { field: 'master_link_status', value: 'down', expected: 'up' },
        { field: 'master_link_down_since_seconds', value: '-1', expected: '>= 0 after a first sync' },
        ...refused,
      ],
      ...(refused.length > 0 && { explains: ['auth-failures', 'acl-denials'] }),
    };
  },
});

interface Link {
  master_link_status: string | undefined;
  master_link_down_since_seconds: number | undefined;
}

/** The one above is at its own first copy, or loads its data: it turns away whoever follows until that is over. */
function hasNothingYet(upstream: ReadNode, snapshot: Snapshot): boolean {
  const copy = readingIfAny(upstream, replication)?.now;
  return upstream.identity.loading || (copy !== undefined && isCutOff(upstream) && takesCopy(upstream, copy, snapshot));
}

/**
 * Down since ever. master_last_io_seconds_ago is no help: every version from 6.2 to 9.1 shows -1 for as long as any
 * link is down.
 */
function never(link: Link): boolean {
  return link.master_link_status === 'down' && link.master_link_down_since_seconds === -1;
}
