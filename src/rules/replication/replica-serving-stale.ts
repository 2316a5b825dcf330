import { growth } from '../../domain/probe.ts';
import { chainAbove } from '../../domain/replication-graph.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readingOf, type Snapshot } from '../../domain/snapshot.ts';
import errorStats from '../../probes/error-stats.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';
import stats from '../../probes/stats.ts';

/** A shorter break is over before anybody can decide about it; replica-link-down warns from here on too. */
const WARN_SECONDS = 10;

/** Applications read from a replica that has lost its primary: old data, or errors. */
export default defineRule({
  scope: 'node',
  needs: { replication, stats, errorStats },
  more:
    'With replica-serve-stale-data yes, reads from a cut-off replica return data as it was when the link broke; with ' +
    'no, they fail with MASTERDOWN. Which is better is for the owner to say; mending the link ends both.',
  check({ stats, errorStats }, { node, snapshot, threshold }) {
    const cut = cutAt(snapshot, node, threshold('warnSeconds', WARN_SECONDS));
    if (!cut) return;
    const reads = growth(stats, (sample) => sample.keyspace_hits + sample.keyspace_misses);
    const failed = growth(errorStats, (sample) => sample.counts.get('MASTERDOWN') ?? 0);
    if (reads === undefined || failed === undefined) return { unassessed: 'needs two samples of one running server' };
    // With its own link up the replica knows nothing of a break above it.
    const serves = cut !== node || readingOf(node, replicationConfig).now.replica_serve_stale_data !== 'no';
    const stale = serves && reads > 0;
    if (!stale && failed === 0) return;
    return {
      severity: 'warning',
      headline: stale
        ? `${reads} reads were answered with data of before the link${cut === node ? '' : ` of ${cut.name} above`} broke`
        : `${failed} commands were refused with MASTERDOWN`,
      evidence: [
        { field: `master_link_status${cut === node ? '' : ` of ${cut.name}`}`, value: 'down', expected: 'up' },
        stale
          ? { field: 'keyspace_hits + keyspace_misses', value: `+${reads}`, expected: '+0 while the link is down' }
          : { field: 'errorstat_MASTERDOWN', value: `+${failed}`, expected: '+0' },
      ],
    };
  },
});

/** The replica itself, or the nearest one above it, whose link has been down for longer than this. */
function cutAt(snapshot: Snapshot, node: ReadNode, seconds: number): ReadNode | undefined {
  return [node, ...chainAbove(snapshot, node)].find((one) => {
    const now = readingIfAny(one, replication)?.now;
    if (now?.role !== 'slave' || now.master_link_status !== 'down' || now.master_sync_in_progress === 1) return false;
    const down = now.master_link_down_since_seconds ?? 0;
    return down < 0 || down > seconds;
  });
}
