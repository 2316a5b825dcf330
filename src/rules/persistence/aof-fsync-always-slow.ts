import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import clock from '../../probes/clock.ts';
import latencyLatest, { latestSince } from '../../probes/latency-latest.ts';
import observability from '../../probes/observability-config.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** A good disk flushes in one or two; at ten the server answers a hundred rounds of writes a second at most. */
const WARNING_MS = 10;
const RECENT_SECONDS = 60;

/** Every write waits for a slow flush. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'With appendfsync always the server flushes the append-only file before it answers, so the disk sets the pace for every ' +
    'client. Use a disk that flushes in a millisecond or two. Where a second of writes may be lost in a crash, ' +
    'appendfsync everysec takes the disk out of the way; that is for the owner to decide.',
  explains: ['fast-command-spikes', 'command-latency-p99-high', 'event-loop-saturated'],
  tells: 'LATENCY LATEST names aof-fsync-always, and the wait ends when nobody writes.',
  check({ persistence: { now } }, { node, threshold }) {
    if (now.aof_enabled !== 1 || readingOf(node, persistenceConfig).now.appendfsync !== 'always') return;
    const warning = threshold('warningMs', WARNING_MS);
    const since = readingOf(node, clock).now.epochSeconds - RECENT_SECONDS;
    const slow = latestSince(readingOf(node, latencyLatest).now, ['aof-fsync-always'], since);
    if (slow && slow.latestMs > warning) {
      return {
        severity: 'warning',
        headline: `A flush of the append-only file took ${slow.latestMs} ms, and every write waits for one`,
        evidence: [
          {
            field: 'LATENCY aof-fsync-always',
            value: `${slow.latestMs} ms, ${slow.maxMs} ms at most`,
            expected: `<= ${warning} ms`,
          },
          { field: 'appendfsync', value: 'always', expected: 'everysec, or a faster disk' },
        ],
      };
    }
    const kept = readingOf(node, observability).now.latency_monitor_threshold;
    if (kept === undefined || kept === 0)
      return { unassessed: 'the latency monitor is off (latency-monitor-threshold 0)' };
    return kept > warning
      ? {
          unassessed: `the latency monitor keeps only what takes ${kept} ms or more: set latency-monitor-threshold to ${warning}`,
        }
      : undefined;
  },
});
