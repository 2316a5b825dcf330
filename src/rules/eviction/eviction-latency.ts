import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import clock from '../../probes/clock.ts';
import latencyLatest, { latestSince } from '../../probes/latency-latest.ts';
import memoryConfig from '../../probes/memory-config.ts';
import observabilityConfig from '../../probes/observability-config.ts';
import stats from '../../probes/stats.ts';

const SLOW_MS = 50;

/** A diagnosis watches for two seconds, so what the server remembers of the last minute counts as now. */
const RECENT_SECONDS = 60;

/** From here a cycle may go on for longer than clients wait; 100 is without an end. */
const TENACIOUS = 50;

const EVENTS = ['eviction-cycle', 'eviction-del'];

export default defineRule({
  scope: 'node',
  needs: { stats, clock, latencyLatest },
  more:
    'Keys are evicted between commands, and every client waits meanwhile. ' +
    'Usually very large keys are freed at once, maxmemory was lowered by much, or maxmemory-eviction-tenacity is high. ' +
    'Set lazyfree-lazy-eviction to yes, split large keys, and lower maxmemory in steps of at most 5 % a minute.',
  explains: ['engine-cpu-saturated', 'event-loop-saturated'],
  tells: 'LATENCY LATEST names eviction-cycle or eviction-del at those seconds, and evicted_keys rises.',
  check({ stats, clock, latencyLatest }, { node, threshold }) {
    const slowMs = threshold('slow_ms', SLOW_MS);
    const slow = latestSince(latencyLatest.now, EVENTS, clock.now.epochSeconds - RECENT_SECONDS);
    if (slow && slow.latestMs > slowMs) {
      return {
        severity: 'warning',
        headline: `Evicting keys held every client up for ${slow.latestMs} ms`,
        evidence: [
          {
            field: `latency ${slow.name}`,
            value: `${slow.latestMs} ms (at most ${slow.maxMs} ms)`,
            expected: `<= ${slowMs} ms`,
          },
        ],
      };
    }
    const evicted = growth(stats, (sample) => sample.evicted_keys) ?? 0;
    if (evicted === 0) return;
    const { maxmemory_eviction_tenacity: tenacity = 0 } = readingOf(node, memoryConfig).now;
    if (tenacity > TENACIOUS) {
      return {
        severity: 'warning',
        headline: `${evicted} keys were evicted with a tenacity of ${tenacity}: one cycle may hold every client up for long`,
        evidence: [
          { field: 'maxmemory-eviction-tenacity', value: String(tenacity), expected: `<= ${TENACIOUS}` },
          { field: 'evicted_keys', value: `+${evicted}`, expected: '+0' },
        ],
      };
    }
    const monitor = readingOf(node, observabilityConfig).now.latency_monitor_threshold ?? 0;
    if (monitor > 0 && monitor <= slowMs) return;
    return {
      unassessed: `keys are evicted, and the latency monitor ${monitor === 0 ? 'is off' : `records nothing below ${monitor} ms`}: CONFIG SET latency-monitor-threshold ${slowMs}`,
    };
  },
});
