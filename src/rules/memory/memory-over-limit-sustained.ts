import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** Lowering maxmemory puts a server over its limit for a moment; longer than this it does not come back by itself. */
const TOO_LONG_MS = 5000;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'Memory has been above maxmemory for a while and eviction does not bring it down. ' +
    'Usually writes arrive faster than keys are evicted, or buffers that eviction cannot free take the room. ' +
    'Find what grows, then raise maxmemory or maxmemory-eviction-tenacity.',
  check({ memory: { now } }, { threshold }) {
    const { current_eviction_exceeded_time: exceeded, maxmemory } = now;
    if (maxmemory === 0) return;
    if (exceeded === undefined) return { unassessed: 'INFO has no current_eviction_exceeded_time before Redis 7.0' };
    const limit = threshold('exceeded_ms', TOO_LONG_MS);
    if (exceeded <= limit) return;
    return {
      severity: 'high',
      headline: `Memory has been above maxmemory for ${duration(exceeded / 1000)}`,
      evidence: [{ field: 'current_eviction_exceeded_time', value: String(exceeded), expected: `<= ${limit}` }],
    };
  },
});
