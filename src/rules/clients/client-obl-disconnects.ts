import type { Evidence } from '../../domain/finding.ts';
import { closedConnections } from '../../domain/offender.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import clientList from '../../probes/client-list.ts';
import memoryConfig from '../../probes/memory-config.ts';
import stats from '../../probes/stats.ts';

export default defineRule({
  scope: 'node',
  needs: { stats },
  more:
    'Connections that took their replies too slowly were closed at client-output-buffer-limit; subscribers miss what comes meanwhile, and a replica starts a full sync. ' +
    'Usually a subscriber is slow, or a replica needs longer for its copy than its buffer lasts. ' +
    'See which class it is by the limits and by who is connected, make the consumer faster, or raise the limit of that class where there is memory for it.',
  check({ stats }, { node }) {
    const { client_output_buffer_limit_disconnections: total } = stats.now;
    if (total === undefined) {
      return {
        unassessed:
          'before Redis 7.4 and Valkey 8.0, connections that are closed at their buffer limit are only in the log',
      };
    }
    const closed = growth(stats, (sample) => sample.client_output_buffer_limit_disconnections);
    if (closed === undefined) return { unassessed: 'closed connections need two samples to compare' };
    if (closed === 0) return;
    const limits = readingIfAny(node, memoryConfig)?.now.client_output_buffer_limit;
    return {
      severity: 'warning',
      headline: `${closedConnections(closed)} within ${Math.round(stats.seconds)} s for not taking the replies`,
      evidence: [
        { field: 'client_output_buffer_limit_disconnections', value: `+${closed}`, expected: '+0' },
        ...(limits === undefined
          ? []
          : [{ field: 'client-output-buffer-limit', value: limits, expected: 'above what a slow moment needs' }]),
        ...classes(),
      ],
    };

    /** Who is there to be closed: the classes with their most behind. */
    function classes(): Evidence[] {
      const listed = readingIfAny(node, clientList)?.now ?? [];
      return Object.entries({ pubsub: 'P', replica: 'S', normal: 'N' }).flatMap(([name, flag]) => {
        const some = listed.filter(({ flags }) => flags.includes(flag));
        const most = Math.max(...some.map(({ omem }) => omem));
        return some.length === 0
          ? []
          : [
              {
                field: `${name} clients`,
                value: `${some.length}, up to ${most} bytes behind`,
                expected: 'near 0 behind',
              },
            ];
      });
    }
  },
});
