import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { changeRate, saveInterval, savePoints } from '../../domain/save-points.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import stats from '../../probes/stats.ts';

/** More than half of its time the server pays for a fork: copied pages, disk, and no other fork can start. */
const SHARE = 0.5;
/** However short a snapshot is, one every few seconds is a mistake in the save points, or a script that asks for it. */
const SHORTEST_SECONDS = 5;

/** One snapshot follows the other. */
export default defineRule({
  scope: 'node',
  needs: { persistence, stats },
  more:
    'While a snapshot is written every page that changes is copied, the disk is busy, and neither a rewrite of the ' +
    'append-only file nor a full sync can begin. Usually the save points are too close for the write load. Relax them ' +
    '(CONFIG SET save), and use the append-only file where little may be lost.',
  explains: ['rdb-save-stuck', 'disk-latency-high', 'aof-fsync-delayed', 'cow-oom-risk'],
  tells: 'It is slow while rdb_bgsave_in_progress of INFO persistence is 1, and well in between.',
  check({ persistence: disk, stats }, { node, threshold }) {
    const { now, before } = disk;
    // Attempts that fail are repeated every few seconds: rdb-bgsave-failing.
    if (now.rdb_last_bgsave_status === 'err') return;
    const saves = growth(disk, (sample) => sample.rdb_saves) ?? growth(stats, (sample) => sample.total_forks);
    if (!before || saves === undefined) return { unassessed: 'needs two samples of one running server' };
    // Each replica that attaches may have made one of them due.
    const own = saves - (growth(stats, (sample) => sample.sync_full) ?? 0);
    if (own <= 0 && now.rdb_bgsave_in_progress !== 1) return;
    const took = Math.max(0, now.rdb_last_bgsave_time_sec, now.rdb_current_bgsave_time_sec ?? 0);
    const { save } = readingOf(node, persistenceConfig).now;
    const due = saveInterval(savePoints(save), changeRate(disk, readingOf(node, clock).now.epochSeconds));
    const every = own >= 2 ? Math.min(due + took, disk.seconds / own) : due + took;
    const share = took / (due + took);
    const busy = share > threshold('share', SHARE);
    if (!busy && every > threshold('shortestSeconds', SHORTEST_SECONDS)) return;
    return {
      severity: 'warning',
      headline: busy
        ? `Snapshots take ${percent(share)} of the time: ${duration(took)} each, due again after ${duration(due)}`
        : `A snapshot is taken every ${duration(every)}`,
      evidence: [
        { field: 'save', value: save, expected: 'minutes apart at this write load' },
        { field: 'rdb_saves', value: `+${saves} in ${duration(disk.seconds)}`, expected: 'less often' },
        {
          field: 'rdb_last_bgsave_time_sec',
          value: String(now.rdb_last_bgsave_time_sec),
          expected: `<= ${duration(due)}`,
        },
      ],
    };
  },
});
