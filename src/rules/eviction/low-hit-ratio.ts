import { isWarmingUp } from '../../domain/cache.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';
import server from '../../probes/server.ts';
import stats, { lookups } from '../../probes/stats.ts';

/** Lookups in the window below which a ratio says nothing. */
const ENOUGH_LOOKUPS = 1000;

const HITS = 0.8;

export default defineRule({
  scope: 'node',
  needs: { memory, stats, server, keyspace },
  more:
    'Most of what this cache is asked for is not there, so the work goes to what it should spare. ' +
    'Usually TTLs are too short, keys are built differently by writers and readers, or the application looks up what seldom exists. ' +
    'Compare the keys that are written with those that are read before giving it more memory.',
  check({ memory: { now }, stats, server, keyspace }, { node, target, threshold }) {
    const { purpose = 'cache' } = target;
    const isCache = purpose === 'cache' && now.maxmemory_policy.startsWith('allkeys-');
    if (!isCache || node.identity.role === 'replica') return;
    if (isWarmingUp(server.now.uptime_in_seconds, stats.now.evicted_keys, keyspace.now.keys)) return;
    const seen = lookups(stats);
    if (seen === undefined) return { unassessed: 'hits need two samples to compare' };
    if (seen.count < ENOUGH_LOOKUPS || seen.hitRatio >= threshold('hit_ratio', HITS)) return;
    const assumed = target.purpose === undefined ? '; is it a cache? Its purpose is not declared in medic.yml' : '';
    return {
      // Locks and deduplication look up what should not be there: only a declared cache is judged.
      severity: target.purpose === undefined ? 'info' : 'warning',
      headline: `Only ${percent(seen.hitRatio)} of ${seen.count} lookups hit in ${Math.round(stats.seconds)} s${assumed}`,
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
