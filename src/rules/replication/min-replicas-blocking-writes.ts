import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import errorStats from '../../probes/error-stats.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';

/** The primary refuses writes because too few replicas are in touch. */
export default defineRule({
  scope: 'node',
  needs: { replication, errorStats },
  more:
    'min-replicas-to-write asks for more replicas in good state than there are, so every write is answered with ' +
    'NOREPLICAS. Bring the replicas back. Setting it to 0 lets writes through, but takes away the protection against a ' +
    'split brain: first prove that this is the only primary.',
  explains: ['blocked-clients-high', 'error-rate-spike'],
  check({ replication: { now }, errorStats }, { node }) {
    if (now.role !== 'master') return;
    const refused = growth(errorStats, (sample) => sample.counts.get('NOREPLICAS') ?? 0) ?? 0;
    // INFO counts the good ones only while both min-replicas parameters are set; else nothing is held back.
    const good = now.min_slaves_good_slaves ?? Number.POSITIVE_INFINITY;
    const wanted = Number.isFinite(good) ? (readingOf(node, replicationConfig).now.min_replicas_to_write ?? 0) : 0;
    if (refused === 0 && good >= wanted) return;
    return {
      severity: 'critical',
      headline:
        good < wanted
          ? `Writes are refused: ${good} of ${wanted} required replicas are in good state`
          : `${refused} writes were refused with NOREPLICAS`,
      evidence: [
        ...(good < wanted ? [{ field: 'min_slaves_good_slaves', value: String(good), expected: `>= ${wanted}` }] : []),
        ...(refused > 0 ? [{ field: 'errorstat_NOREPLICAS', value: `+${refused}`, expected: '+0' }] : []),
      ],
    };
  },
});
