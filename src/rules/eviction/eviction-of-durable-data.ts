import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import commandStats, { type CommandCounters } from '../../probes/command-stats.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

/** Who takes work from streams and lists loses it when they are evicted. */
const CONSUMING = ['xreadgroup', 'xadd', 'brpop', 'blpop', 'blmove', 'lmove', 'brpoplpush', 'rpoplpush', 'blmpop'];

export default defineRule({
  scope: 'node',
  needs: { memory, stats },
  explains: ['memory-near-maxmemory', 'eviction-active-cache-thrash', 'low-hit-ratio'],
  more:
    'The server is deleting data that should be kept to make room. ' +
    'Usually the policy was left as for a cache, or a cache and a store share one server. ' +
    'Raise maxmemory first, then set the policy to noeviction; what was evicted comes back only from its source or a backup.',
  check({ memory: { now }, stats }, { node, target }) {
    const { purpose } = target;
    if (purpose === 'cache' || (purpose === undefined && !now.maxmemory_policy.startsWith('allkeys-'))) return;
    const evicted = growth(stats, (sample) => sample.evicted_keys);
    if (evicted === undefined) return { unassessed: 'evictions need two samples to compare' };
    if (evicted === 0) return;
    const consuming = purpose === undefined ? consumingCommand(readingOf(node, commandStats)) : undefined;
    if (purpose === undefined && !consuming) return;
    const seconds = Math.round(stats.seconds);
    return {
      severity: purpose === undefined ? 'warning' : 'critical',
      headline:
        purpose === undefined
          ? `${evicted} keys were evicted in ${seconds} s from a server whose streams or lists are consumed: is it a queue? Its purpose is not declared in medic.yml`
          : `${evicted} keys of a ${purpose} were evicted in ${seconds} s`,
      evidence: [
        { field: 'evicted_keys', value: `+${evicted}`, expected: '+0' },
        { field: 'maxmemory_policy', value: now.maxmemory_policy, expected: 'noeviction' },
        ...(consuming
          ? [{ field: `cmdstat_${consuming}.calls`, value: 'rising', expected: 'no queue where keys are evicted' }]
          : []),
      ],
    };
  },
});

/** A command of queues that was called between the two samples. */
function consumingCommand(reading: Reading<{ commands: ReadonlyMap<string, CommandCounters> }>): string | undefined {
  return CONSUMING.find((name) => (growth(reading, ({ commands }) => commands.get(name)?.calls ?? 0) ?? 0) > 0);
}
