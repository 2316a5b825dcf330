import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

/** One refusal is one command that wanted more than was free (SUNIONSTORE, RESTORE). */
const MORE_THAN_ONE_HUGE_COMMAND = 2;

/** Above this share of maxmemory it is buffers and tables, not data, that eviction cannot free. */
const OVERHEAD = 0.5;

export default defineRule({
  scope: 'node',
  needs: { memory, stats, errorStats },
  explains: ['memory-near-maxmemory', 'memory-over-limit-sustained', 'error-rate-spike'],
  more:
    'Writes are refused although the policy lets the server evict: it cannot free memory as fast as it is asked for, or what fills it is not data. ' +
    'Usually writes come in bursts, or client buffers take the room. ' +
    'Look at the buffers first; then raise maxmemory or maxmemory-eviction-tenacity.',
  check({ memory: { now }, stats, errorStats }) {
    const { maxmemory, maxmemory_policy, used_memory_overhead = 0, used_memory_startup = 0 } = now;
    if (maxmemory === 0 || maxmemory_policy === 'noeviction') return;
    const rejected = newErrors(errorStats, 'OOM');
    if (rejected === undefined) return { unassessed: 'refused writes need two samples to compare' };
    if (rejected < MORE_THAN_ONE_HUGE_COMMAND) return;
    const evicted = growth(stats, (sample) => sample.evicted_keys) ?? 0;
    const overhead = (used_memory_overhead - used_memory_startup) / maxmemory;
    const why = reason(evicted, overhead);
    return {
      severity: 'high',
      headline: `${rejected} writes were rejected in ${Math.round(errorStats.seconds)} s ${why}`,
      evidence: [
        { field: 'errorstat_OOM', value: `+${rejected}`, expected: '+0' },
        { field: 'evicted_keys', value: `+${evicted}`, expected: 'enough to make room' },
        {
          field: 'used_memory_overhead',
          value: String(used_memory_overhead),
          expected: `<= ${OVERHEAD * maxmemory + used_memory_startup}`,
        },
        { field: 'maxmemory_policy', value: maxmemory_policy, expected: 'a policy that makes room' },
      ],
    };
  },
});

function reason(evicted: number, overhead: number): string {
  if (evicted > 0) return `although ${evicted} keys were evicted`;
  if (overhead > OVERHEAD) return `and ${percent(overhead)} of maxmemory is overhead, not data`;
  return 'and nothing was evicted: what fills memory is no key that may go';
}
