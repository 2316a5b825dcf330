import { growth, rate } from '../../domain/probe.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import { growthSince } from '../../domain/series.ts';
import { historyOf, readingOf } from '../../domain/snapshot.ts';
import { bytes, duration } from '../../domain/units.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import server from '../../probes/server.ts';

const EVERY_SECONDS = 600;
/** Fewer rewrites prove no rhythm. */
const ENOUGH = 3;
const HOUR = 3_600_000;

/** The append-only file is rewritten over and over. */
export default defineRule({
  scope: 'node',
  needs: { persistence, server },
  more:
    'Each rewrite forks, copies the pages that change meanwhile and writes the whole dataset to disk. Usually ' +
    'auto-aof-rewrite-min-size or auto-aof-rewrite-percentage is too small for what is written. Raise them until a ' +
    'rewrite comes less often than every ten minutes and takes less than a tenth of the time.',
  explains: ['disk-latency-high', 'aof-fsync-delayed', 'cow-oom-risk'],
  tells: 'It is slow while aof_rewrite_in_progress of INFO persistence is 1, and well in between.',
  check({ persistence: disk, server }, here) {
    const { now } = disk;
    // Attempts that fail are repeated: aof-rewrite-failing.
    if (now.aof_enabled !== 1 || now.aof_last_bgrewrite_status === 'err') return;
    if (now.aof_rewrites === undefined)
      return { unassessed: 'this version does not count its rewrites: 7.0 and newer do' };
    const { auto_aof_rewrite_min_size: minSize, auto_aof_rewrite_percentage: growthPercent } = readingOf(
      here.node,
      persistenceConfig,
    ).now;
    const meanwhile = growth(disk, (sample) => sample.aof_rewrites) ?? 0;
    const written = rate(disk, (sample) => sample.aof_current_size);
    const next = cycle(now.aof_base_size, minSize, growthPercent, written);
    const uptime = server.now.uptime_in_seconds;
    const every = Math.min(
      kept(here),
      meanwhile > 1 ? disk.seconds / meanwhile : Number.POSITIVE_INFINITY,
      // The average of a whole life, by a server that goes on like that.
      now.aof_rewrites >= ENOUGH && (meanwhile > 0 || next < EVERY_SECONDS)
        ? uptime / now.aof_rewrites
        : Number.POSITIVE_INFINITY,
    );
    const busy = now.aof_rewrites > 1 && next < 10 * Math.max(0, now.aof_last_rewrite_time_sec ?? 0);
    if (every >= here.threshold('everySeconds', EVERY_SECONDS) && !busy) return;
    return {
      severity: 'warning',
      headline: `The append-only file is rewritten every ${duration(Math.min(every, next))}`,
      evidence: [
        {
          field: 'aof_rewrites',
          value: `${now.aof_rewrites} (+${meanwhile})`,
          expected: `one in ${duration(EVERY_SECONDS)}`,
        },
        {
          field: 'auto-aof-rewrite-min-size',
          value: bytes(minSize ?? 0),
          expected: 'more than is written in ten minutes',
        },
        { field: 'auto-aof-rewrite-percentage', value: String(growthPercent ?? 'unknown'), expected: '100 or more' },
      ],
    };
  },
});

/** Seconds between two rewrites in what `watch` has seen of the last hour. */
function kept({ node, snapshot }: Here): number {
  const since = snapshot.takenAt - HOUR;
  const seen = growthSince(historyOf(snapshot, node), node.identity.runId, 'aof_rewrites', since);
  return seen && seen.by >= ENOUGH ? seen.seconds / seen.by : Number.POSITIVE_INFINITY;
}

/** Seconds from one rewrite to the next, at this many bytes a second. */
function cycle(base = 0, minSize = 0, percent = 0, written = 0): number {
  if (percent === 0 || written === 0) return Number.POSITIVE_INFINITY;
  return (Math.max(minSize, base * (1 + percent / 100)) - base) / written;
}
