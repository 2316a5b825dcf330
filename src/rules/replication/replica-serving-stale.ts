import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
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
  check({ replication, stats, errorStats }, { node, threshold }) {
    const { now } = replication;
    if (now.role !== 'slave' || now.master_link_status !== 'down' || now.master_sync_in_progress === 1) return;
    const down = now.master_link_down_since_seconds ?? 0;
    if (down >= 0 && down <= threshold('warnSeconds', WARN_SECONDS)) return;
    const reads = growth(stats, (sample) => sample.keyspace_hits + sample.keyspace_misses);
    const failed = growth(errorStats, (sample) => sample.counts.get('MASTERDOWN') ?? 0);
    if (reads === undefined || failed === undefined) return { unassessed: 'needs two samples of one running server' };
    const stale = readingOf(node, replicationConfig).now.replica_serve_stale_data !== 'no' && reads > 0;
    if (!stale && failed === 0) return;
    return {
      severity: 'warning',
      headline: stale
        ? `${reads} reads were answered with data of before the link broke`
        : `${failed} commands were refused with MASTERDOWN`,
      evidence: [
        { field: 'master_link_status', value: 'down', expected: 'up' },
        stale
          ? { field: 'keyspace_hits + keyspace_misses', value: `+${reads}`, expected: '+0 while the link is down' }
          : { field: 'errorstat_MASTERDOWN', value: `+${failed}`, expected: '+0' },
      ],
    };
  },
});
