import { isWarmingUp, usualHitRatio } from '../../domain/cache.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { percent } from '../../domain/units.ts';
import keyspace from '../../probes/keyspace.ts';
import server from '../../probes/server.ts';
import stats, { lookups } from '../../probes/stats.ts';

/** Lookups in the window below which a ratio says nothing. */
const ENOUGH_LOOKUPS = 1000;

const HITS = 0.8;

/** So much less than usual is a fall, however good the ratio still looks. */
const FALL = 0.1;

export default defineRule({
  scope: 'node',
  needs: { stats, server, keyspace },
  explains: ['low-hit-ratio', 'eviction-latency'],
  tells: 'evicted_keys rises at the pace of keyspace_misses.',
  more:
    'The cache evicts keys while many lookups miss, so it throws away what is asked for again. ' +
    'Usually it is too small for its working set, or a job walks through all keys. ' +
    'Raise maxmemory, shorten the TTL of what is worth little, or change to allkeys-lfu.',
  check({ stats, server, keyspace }, { node, snapshot, threshold }) {
    const evicted = growth(stats, (sample) => sample.evicted_keys);
    const seen = lookups(stats);
    if (evicted === undefined || seen === undefined) return { unassessed: 'evictions need two samples to compare' };
    if (evicted === 0 || seen.count < ENOUGH_LOOKUPS) return;
    if (isWarmingUp(server.now.uptime_in_seconds, stats.now.evicted_keys, keyspace.now.keys)) return;
    const usual = usualHitRatio(historyOf(snapshot, node), snapshot.takenAt);
    const wanted = Math.max(threshold('hit_ratio', HITS), (usual ?? 0) - threshold('fall', FALL));
    if (seen.hitRatio >= wanted) return;
    const than = usual === undefined ? '' : `, usually ${percent(usual)}`;
    return {
      severity: 'warning',
      headline: `${evicted} keys were evicted in ${Math.round(stats.seconds)} s while only ${percent(seen.hitRatio)} of the lookups hit${than}`,
      evidence: [
        { field: 'evicted_keys', value: `+${evicted}`, expected: '+0, or with hits' },
        { field: 'keyspace_hits', value: `+${seen.hits}`, expected: `>= ${Math.ceil(wanted * seen.count)}` },
        {
          field: 'keyspace_misses',
          value: `+${seen.count - seen.hits}`,
          expected: `<= ${Math.floor((1 - wanted) * seen.count)}`,
        },
      ],
    };
  },
});
