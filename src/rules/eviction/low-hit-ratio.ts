import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import server from '../../probes/server.ts';
import stats, { lookups } from '../../probes/stats.ts';

/** Lookups in the window below which a ratio says nothing. */
const ENOUGH_LOOKUPS = 1000;

const HITS = 0.8;

/** A cache that has just started is cold, not ill. Seconds. */
const WARM_AFTER = 3600;

export default defineRule({
  scope: 'node',
  needs: { memory, stats, server },
  more:
    'Most of what this cache is asked for is not there, so the work goes to what it should spare. ' +
    'Usually TTLs are too short, keys are built differently by writers and readers, or the application looks up what seldom exists. ' +
    'Compare the keys that are written with those that are read before giving it more memory.',
  check({ memory: { now }, stats, server }, { node, target, threshold }) {
    const isCache = target.purpose === 'cache' && now.maxmemory_policy.startsWith('allkeys-');
    if (!isCache || node.identity.role === 'replica' || server.now.uptime_in_seconds < WARM_AFTER) return;
    const seen = lookups(stats);
    if (seen === undefined) return { unassessed: 'hits need two samples to compare' };
    if (seen.count < ENOUGH_LOOKUPS || seen.hitRatio >= threshold('hit_ratio', HITS)) return;
    return {
      severity: 'warning',
      headline: `Only ${percent(seen.hitRatio)} of ${seen.count} lookups hit in ${Math.round(stats.seconds)} s`,
      evidence: [
        { field: 'keyspace_hits', value: `+${seen.hits}`, expected: `>= ${Math.ceil(HITS * seen.count)}` },
        {
          field: 'keyspace_misses',
          value: `+${seen.count - seen.hits}`,
          expected: `<= ${Math.floor((1 - HITS) * seen.count)}`,
        },
      ],
    };
  },
});
