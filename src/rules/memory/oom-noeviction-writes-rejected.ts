import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import memory from '../../probes/memory.ts';
import { ignoresMaxmemory } from '../../probes/memory-config.ts';

/** Below the limit, a single refusal is one write that was too big, not a full server. */
const MORE_THAN_ONE_HUGE_WRITE = 2;

export default defineRule({
  scope: 'node',
  needs: { memory, errorStats },
  explains: ['memory-near-maxmemory', 'memory-over-limit-sustained', 'replica-over-maxmemory', 'error-rate-spike'],
  more:
    'Under noeviction a server at maxmemory refuses every command that may grow its data; reads and deletes still work. ' +
    'Usually the data outgrew the limit, or client buffers and scripts took the room. ' +
    'Raise maxmemory as far as the host allows, or have the owner delete data by name; change the policy only if the owner says that the data is disposable.',
  check({ memory: { now }, errorStats }, { node }) {
    const { used_memory, maxmemory, maxmemory_policy, effective } = now;
    if (maxmemory === 0 || maxmemory_policy !== 'noeviction') return;
    const rejected = newErrors(errorStats, 'OOM') ?? 0;
    const full = effective >= maxmemory;
    if (!full && rejected < MORE_THAN_ONE_HUGE_WRITE) return;
    if (ignoresMaxmemory(node)) return;
    const notCounted = now.mem_not_counted_for_evict ?? 0;
    const room = `${bytes(effective)} of ${bytes(maxmemory)} are used and nothing may be evicted`;
    return {
      severity: 'critical',
      headline:
        rejected > 0
          ? `${rejected} writes were rejected in ${Math.round(errorStats.seconds)} s: ${room}`
          : `The next write will be rejected: ${room}`,
      evidence: [
        { field: 'used_memory', value: String(used_memory), expected: `< ${maxmemory + notCounted}` },
        { field: 'mem_not_counted_for_evict', value: String(notCounted), expected: 'not counted against maxmemory' },
        { field: 'maxmemory', value: String(maxmemory), expected: `> ${effective}` },
        { field: 'maxmemory_policy', value: maxmemory_policy, expected: 'noeviction only with room to spare' },
        { field: 'errorstat_OOM', value: `+${rejected}`, expected: '+0' },
      ],
    };
  },
});
