import { closedConnections, offender } from '../../domain/offender.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import clientList from '../../probes/client-list.ts';
import memoryConfig from '../../probes/memory-config.ts';
import stats from '../../probes/stats.ts';

const SHOWN = 3;
const WORTH_NAMING = 1024 * 1024;

export default defineRule({
  scope: 'node',
  needs: { stats },
  more:
    'All connections together hold more than maxmemory-clients allows, so the server closes those that hold the most. ' +
    'It is the safety net that somebody set up, but applications lose connections. ' +
    'Find who hoards replies or sends huge commands; raise maxmemory-clients only if all of them are well.',
  explains: ['connection-churn'],
  check({ stats }, { node }) {
    // Before 7.0 there is no maxmemory-clients, and nothing to judge.
    if (stats.now.evicted_clients === undefined) return;
    const evicted = growth(stats, (sample) => sample.evicted_clients);
    if (evicted === undefined) return { unassessed: 'closed connections need two samples to compare' };
    if (evicted === 0) return;
    const limit = readingIfAny(node, memoryConfig)?.now.maxmemory_clients;
    const worst = (readingIfAny(node, clientList)?.now ?? [])
      .filter(({ flags, totalMemory = 0 }) => !/[MS]/.test(flags) && totalMemory >= WORTH_NAMING)
      .toSorted((one, other) => (other.totalMemory ?? 0) - (one.totalMemory ?? 0));
    return {
      severity: 'warning',
      headline: `${closedConnections(evicted)} within ${Math.round(stats.seconds)} s to stay below maxmemory-clients${limit === undefined ? '' : ` (${limit})`}`,
      evidence: [
        { field: 'evicted_clients', value: `+${evicted}`, expected: '+0' },
        ...(limit === undefined
          ? []
          : [{ field: 'maxmemory-clients', value: limit, expected: 'above what healthy clients hold' }]),
        ...worst
          .slice(0, SHOWN)
          .map((one) => offender(one, { field: 'tot-mem', bytes: one.totalMemory ?? 0 }, `< ${WORTH_NAMING}`)),
      ],
    };
  },
});
