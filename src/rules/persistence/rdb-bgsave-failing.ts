import { defineRule } from '../../domain/rule.ts';
import persistence from '../../probes/persistence.ts';

/** The last attempt to write an RDB snapshot failed. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The last background save did not get to its end, so a crash loses everything since the last good one. Usual ' +
    'causes: the disk is full, the folder (dir) is gone or not writable, or fork failed for lack of memory ' +
    '(vm.overcommit_memory); the server log says which. Repair that, then run BGSAVE: a good save clears the state.',
  explains: ['misconf-writes-blocked', 'rdb-stale-save', 'replica-disk-error-panic-risk', 'replica-full-resync-loop'],
  check({ persistence: { now } }, { target }) {
    if (now.rdb_last_bgsave_status !== 'err') return;
    return {
      severity: target.purpose === 'cache' ? 'high' : 'critical',
      headline: `The last RDB save failed; ${now.rdb_changes_since_last_save} changes are not on disk`,
      evidence: [
        { field: 'rdb_last_bgsave_status', value: 'err', expected: 'ok' },
        { field: 'rdb_changes_since_last_save', value: String(now.rdb_changes_since_last_save), expected: 'saved' },
        ...(now.rdb_last_bgsave_time_sec === -1
          ? [{ field: 'rdb_last_bgsave_time_sec', value: '-1', expected: '>= 0 once a save has ended' }]
          : []),
      ],
    };
  },
});
