import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import sentinelInfo from '../../probes/sentinel-info.ts';

/** How long TILT lasts after the last oddity (SENTINEL_TILT_PERIOD). */
const TILT_SECONDS = 30;

/** A Sentinel does not trust its clock or its own pace and stands by. */
export default defineRule({
  scope: 'sentinel',
  needs: { info: sentinelInfo },
  more:
    'Between two runs of its timer more than 2 s passed, or time went backwards, so that this Sentinel watches but takes ' +
    `part in nothing for ${TILT_SECONDS} s. Usual causes: a machine starved of CPU or paused (migration, suspend), slow disks, or a clock that ` +
    'was set by hand. Look at the host and let chrony or ntpd slew the clock; it returns by itself.',
  explains: ['sentinel-ckquorum-failed'],
  check({ info }) {
    const { now } = info;
    if (now.sentinel_tilt === 1) {
      const since = now.sentinel_tilt_since_seconds ?? -1;
      return {
        severity: 'high',
        headline: `This Sentinel is in TILT mode${since >= 0 ? ` since ${duration(since)}` : ''} and takes part in no failover`,
        evidence: [
          { field: 'sentinel_tilt', value: '1', expected: '0' },
          ...(since >= 0 ? [{ field: 'sentinel_tilt_since_seconds', value: String(since), expected: '-1' }] : []),
        ],
      };
    }
    const total = now.sentinel_total_tilt ?? 0;
    const grown = growth(info, (sample) => sample.sentinel_total_tilt) ?? 0;
    if (total === 0) return;
    const times = `${total} ${total === 1 ? 'time' : 'times'}`;
    return {
      severity: grown > 0 ? 'high' : 'info',
      headline: `This Sentinel was in TILT mode ${times} since it started ${duration(now.uptime_in_seconds)} ago${grown > 0 ? ', just now as well' : ''}`,
      evidence: [{ field: 'sentinel_total_tilt', value: String(total), expected: 'no more than before' }],
    };
  },
});
