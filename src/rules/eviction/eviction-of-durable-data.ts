import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

export default defineRule({
  scope: 'node',
  needs: { memory, stats },
  explains: ['memory-near-maxmemory', 'eviction-active-cache-thrash'],
  more:
    'This deployment is declared to hold data, and the server is deleting it to make room. ' +
    'Usually the policy was left as for a cache, or a cache and a store share one server. ' +
    'Raise maxmemory first, then set the policy to noeviction; what was evicted comes back only from its source or a backup.',
  check({ memory: { now }, stats }, { target }) {
    if (target.purpose === undefined || target.purpose === 'cache') return;
    const evicted = growth(stats, (sample) => sample.evicted_keys);
    if (evicted === undefined) return { unassessed: 'evictions need two samples to compare' };
    if (evicted === 0) return;
    return {
      severity: 'critical',
      headline: `${evicted} keys of a ${target.purpose} were evicted in ${Math.round(stats.seconds)} s`,
      evidence: [
        { field: 'evicted_keys', value: `+${evicted}`, expected: '+0' },
        { field: 'maxmemory_policy', value: now.maxmemory_policy, expected: 'noeviction' },
      ],
    };
  },
});
