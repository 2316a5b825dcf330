import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import stats from '../../probes/stats.ts';

/** The expiry cycle itself is content with a tenth. Percent, as INFO tells it. */
const WARNING = 10;
const HIGH = 25;

export default defineRule({
  scope: 'node',
  needs: { stats },
  explains: ['memory-near-maxmemory', 'memory-forecast-oom'],
  tells: 'After CONFIG SET active-expire-effort 4, expired_stale_perc falls within minutes and used_memory with it.',
  more:
    'Many keys are past their time and still in memory, because the expiry cycle runs out of its share of CPU before it has found them. ' +
    'Usually very many keys got the same TTL at once, or more keys expire than one cycle can delete. ' +
    'Spread the TTLs by some percent; CONFIG SET active-expire-effort 4, or a higher hz, gives the cycle more CPU. The figure is a running mean that lags by a minute.',
  check({ stats }, { node, threshold }) {
    const { expired_stale_perc: stale } = stats.now;
    if (node.identity.role === 'replica') return;
    if (stale === undefined) return { unassessed: 'INFO has no expired_stale_perc' };
    const warning = threshold('warning_percent', WARNING);
    if (stale <= warning) return;
    const capped = growth(stats, (sample) => sample.expired_time_cap_reached_count);
    if (capped === undefined)
      return { unassessed: 'whether the expiry cycle runs out of time needs two samples to compare' };
    if (capped === 0) return;
    return {
      severity: stale > threshold('high_percent', HIGH) ? 'high' : 'warning',
      headline: `About ${percent(stale / 100)} of the keys with an expiry are past it, and the expiry cycle ran out of time ${capped} times in ${Math.round(stats.seconds)} s`,
      evidence: [
        { field: 'expired_stale_perc', value: String(stale), expected: `<= ${warning}` },
        { field: 'expired_time_cap_reached_count', value: `+${capped}`, expected: '+0' },
      ],
    };
  },
});
