import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import hostLog from '../../probes/host-log.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** The last attempt to write an RDB snapshot failed. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The last background save did not get to its end, so a crash loses everything since the last good one. Usual ' +
    'causes: the disk is full, the folder (dir) is gone or not writable, or fork failed for lack of memory ' +
    '(vm.overcommit_memory); the server log says which. Repair that, then run BGSAVE: a good save clears the state.',
  explains: [
    'misconf-writes-blocked',
    'rdb-stale-save',
    'replica-disk-error-panic-risk',
    'replica-full-resync-loop',
    'shutdown-would-lose-data',
    'replica-never-synced',
    'replica-link-down',
  ],
  tells: 'The refusal reads "MISCONF … is configured to save RDB snapshots".',
  check({ persistence: { now } }, { node, target }) {
    if (now.rdb_last_bgsave_status !== 'err') return;
    // Full syncs write snapshots too: where no save points are set, replicas cannot attach, but nothing else was to be saved.
    const config = readingIfAny(node, persistenceConfig)?.now;
    const wanted = config === undefined || savePoints(config.save).length > 0;
    const log = readingIfAny(node, hostLog)?.now;
    const reason = log?.writeFailed ?? log?.forkFailed ?? log?.childKilled;
    return {
      severity: target.purpose === 'cache' || !wanted ? 'high' : 'critical',
      headline: `The last RDB save failed; ${now.rdb_changes_since_last_save} changes are not on disk`,
      evidence: [
        { field: 'rdb_last_bgsave_status', value: 'err', expected: 'ok' },
        { field: 'rdb_changes_since_last_save', value: String(now.rdb_changes_since_last_save), expected: 'saved' },
        ...(now.rdb_last_bgsave_time_sec === -1
          ? [{ field: 'rdb_last_bgsave_time_sec', value: '-1', expected: '>= 0 once a save has ended' }]
          : []),
        ...(reason ? [{ field: 'server log', value: printable(reason, 200), expected: 'no such line' }] : []),
      ],
    };
  },
});
