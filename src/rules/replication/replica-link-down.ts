import { refusals } from '../../domain/replication-link.ts';
import { defineRule } from '../../domain/rule.ts';
import { followedBy, primaryOf, readingIfAny } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { bytes, duration } from '../../domain/units.ts';
import { isGone } from '../../domain/unread.ts';
import errorStats from '../../probes/error-stats.ts';
import replication, { isCutOff, isSettling, takesCopy } from '../../probes/replication.ts';

const WARN_SECONDS = 10;
const CRITICAL_SECONDS = 60; // repl-timeout: by then the primary has given the replica up, and its backlog may be overrun

/** A replica that was in sync has lost its primary. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'The replica has no link to its primary, so it serves ever older data and cannot take over without loss. Usual ' +
    'causes: the primary is down, the network or a firewall cuts the link, the password was rotated (masterauth), or ' +
    'the address is wrong. Find out which before reconnecting; never use REPLICAOF NO ONE as a way to reconnect.',
  explains: [
    'replica-serving-stale',
    'no-replicas-connected',
    'min-replicas-blocking-writes',
    'replica-ack-lag',
    'repl-backlog-freed',
    'sentinel-no-good-replica',
  ],
  check({ replication: { now } }, { node, snapshot, threshold }) {
    const { primary, loading } = node.identity;
    if (!primary || loading || now.master_link_status !== 'down') return;
    const name = nodeName(primary);
    if (takesCopy(node, now, snapshot)) {
      // The link counts as down for the whole length of a full sync: no fault.
      const got = now.master_sync_read_bytes ?? 0;
      return {
        severity: 'info',
        headline: `The replica ${got > 0 ? `is taking a full copy from ${name}: ${bytes(got)} so far` : `waits for a full copy from ${name}`}`,
        evidence: [{ field: 'master_sync_in_progress', value: '1', expected: '0 once it is done' }],
      };
    }
    const down = now.master_link_down_since_seconds;
    if (down === undefined) return { unassessed: 'INFO has no master_link_down_since_seconds' };
    if (down < 0) return; // Never in sync: replica-never-synced.
    const warn = threshold('warnSeconds', WARN_SECONDS);
    const upstream = primaryOf(snapshot, node);
    const refused = refusals(upstream && readingIfAny(upstream, errorStats));
    // A short break heals by itself, but not one with a known cause.
    const cutAbove = upstream !== undefined && isCutOff(upstream);
    const lasting = (down > warn && !isSettling(snapshot)) || refused.length > 0 || isGone(followedBy(snapshot, node));
    return {
      severity: cutAbove
        ? 'info'
        : down > threshold('criticalSeconds', CRITICAL_SECONDS)
          ? 'critical'
          : lasting
            ? 'warning'
            : 'info',
      headline: `The replica has had no link to its primary ${name} for ${duration(down)}${cutAbove ? ', which has lost its own primary' : ''}`,
      evidence: [
        { field: 'master_link_status', value: 'down', expected: 'up' },
        { field: 'master_link_down_since_seconds', value: String(down), expected: `<= ${warn}` },
        ...refused,
      ],
      ...(refused.length > 0 && { explains: ['auth-failures', 'acl-denials'] }),
    };
  },
});
