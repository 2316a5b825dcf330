import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';

const WARN_SECONDS = 120;
const CRITICAL_SECONDS = 600;
/** A disk slower than this is no disk for snapshots; a big dataset gets the time that it needs at this speed. */
const SLOWEST_BYTES_PER_SECOND = 50_000_000;

/** A save that has run for this long must have written something since the last look. */
const STALLED_SECONDS = 60;
/** One large value takes a moment: a shorter look proves no standstill. */
const LOOK_SECONDS = 10;

/** A background save that does not come to its end. */
export default defineRule({
  scope: 'node',
  needs: { persistence, memory },
  more:
    'While the save runs, every page that is written is copied, and no other save, rewrite or full sync can start. ' +
    'Usual causes: a slow or saturated disk, or a network volume that hangs. Repair the disk first.',
  explains: ['rdb-stale-save', 'replica-sync-stalled', 'replica-never-synced', 'aof-size-runaway', 'cow-oom-risk'],
  check({ persistence: disk, memory }, { threshold }) {
    const { now } = disk;
    const took = now.rdb_current_bgsave_time_sec;
    if (now.rdb_bgsave_in_progress !== 1) return;
    if (took === undefined) return { unassessed: 'INFO has no rdb_current_bgsave_time_sec' };
    const needed = memory.now.used_memory / SLOWEST_BYTES_PER_SECOND;
    const warn = Math.max(threshold('warnSeconds', WARN_SECONDS), needed);
    const written = growth(disk, (sample) => sample.current_save_keys_processed);
    const stalled = took >= STALLED_SECONDS && disk.seconds >= LOOK_SECONDS && written === 0;
    if (took <= warn && !stalled) return;
    const critical = Math.max(
      threshold('criticalSeconds', CRITICAL_SECONDS),
      needed * (CRITICAL_SECONDS / WARN_SECONDS),
    );
    return {
      severity: took > critical || stalled ? 'critical' : 'warning',
      headline: `A background save has been running for ${duration(took)}${stalled ? ` and has written nothing for ${duration(disk.seconds)}` : ''}`,
      evidence: [
        { field: 'rdb_current_bgsave_time_sec', value: String(took), expected: `<= ${Math.round(warn)}` },
        { field: 'rdb_bgsave_in_progress', value: '1', expected: '0' },
        ...(stalled
          ? [
              {
                field: 'current_save_keys_processed',
                value: `${now.current_save_keys_processed} (+0)`,
                expected: 'growing',
              },
            ]
          : []),
      ],
    };
  },
});
