import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { readingOf } from '../../domain/snapshot.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** From 7.0 on, a replica that cannot persist crashes at the next replicated write, unless told otherwise. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The disk of this replica fails, and with replica-ignore-disk-write-errors no (the default) the server stops itself ' +
    'when the next write arrives from the primary. Set it to yes on this replica, or switch its save points off, then ' +
    'repair the disk. Do not try BGSAVE on a replica whose disk is suspect.',
  check({ persistence: { now } }, { node }) {
    if (node.identity.role !== 'replica') return;
    const config = readingOf(node, persistenceConfig).now;
    // Before 7.0 there is no such parameter and the replica survives.
    if (config.replica_ignore_disk_write_errors !== 'no') return;
    const rdb =
      now.rdb_last_bgsave_status === 'err' &&
      savePoints(config.save).length > 0 &&
      config.stop_writes_on_bgsave_error === 'yes';
    const aof = now.aof_enabled === 1 && now.aof_last_write_status === 'err';
    if (!rdb && !aof) return;
    return {
      severity: 'critical',
      headline: 'The replica will crash at the next write from its primary: it cannot persist',
      evidence: [
        rdb
          ? { field: 'rdb_last_bgsave_status', value: 'err', expected: 'ok' }
          : { field: 'aof_last_write_status', value: 'err', expected: 'ok' },
        { field: 'replica-ignore-disk-write-errors', value: 'no', expected: 'yes while the disk fails' },
      ],
    };
  },
});
