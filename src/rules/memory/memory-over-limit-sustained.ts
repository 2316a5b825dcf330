import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** Lowering maxmemory puts a server over its limit for a moment; longer than this it does not come back by itself. */
const TOO_LONG_MS = 5000;

/** Share of the time between the samples that it may be over its limit, and how long that must be to be no moment. */
const SHARE = 0.1;
const NO_MOMENT_MS = 1000;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'Memory has been above maxmemory for a while and eviction does not bring it down. ' +
    'Usually writes arrive faster than keys are evicted, or buffers that eviction cannot free take the room. ' +
    'Find what grows, then raise maxmemory or maxmemory-eviction-tenacity.',
  check({ memory }, { threshold }) {
    const { current_eviction_exceeded_time: exceeded, maxmemory } = memory.now;
    if (maxmemory === 0) return;
    if (exceeded === undefined) return { unassessed: 'INFO has no current_eviction_exceeded_time before Redis 7.0' };
    const limit = threshold('exceeded_ms', TOO_LONG_MS);
    const meanwhile = growth(memory, (sample) => sample.total_eviction_exceeded_time) ?? 0;
    // What has lasted until now is judged by its own length; before it there were other times.
    const earlier = meanwhile - Math.min(exceeded, meanwhile);
    const share = memory.seconds > 0 ? meanwhile / 1000 / memory.seconds : 0;
    const allowed = threshold('share', SHARE);
    const again = share > allowed && earlier >= NO_MOMENT_MS;
    if (exceeded <= limit && !again) return;
    return {
      severity: 'high',
      headline:
        exceeded > limit
          ? `Memory has been above maxmemory for ${duration(exceeded / 1000)}`
          : `Memory was above maxmemory for ${percent(share)} of the last ${duration(memory.seconds)}`,
      evidence: [
        { field: 'current_eviction_exceeded_time', value: String(exceeded), expected: `<= ${limit}` },
        {
          field: 'total_eviction_exceeded_time',
          value: `+${meanwhile}`,
          expected: `<= +${Math.round(Math.max(NO_MOMENT_MS, allowed * memory.seconds * 1000))}`,
        },
      ],
    };
  },
});
