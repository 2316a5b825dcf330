import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import errorStats from '../../probes/error-stats.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** The server refuses writes because it cannot persist them. A replica refuses them anyway: replica-disk-error-panic-risk. */
export default defineRule({
  scope: 'node',
  needs: { persistence, errorStats },
  more:
    'Every write is answered with MISCONF, and so is PING: liveness probes fail, Sentinels take the server for dead, and a ' +
    'restart now loses what was not saved. Repair the cause (disk full, folder gone or read-only, fork out of memory) and run BGSAVE; as an emergency ' +
    'measure stop-writes-on-bgsave-error can be switched off while the data is unprotected.',
  explains: [
    'sentinel-master-down',
    'replica-link-down',
    'replica-never-synced',
    'error-rate-spike',
    'blocked-clients-high',
  ],
  tells: 'The log of the replica says "Error reply to PING" with MISCONF.',
  check({ persistence, errorStats }, { node }) {
    if (node.identity.role !== 'primary') return;
    const { now } = persistence;
    const config = readingIfAny(node, persistenceConfig)?.now;
    const failing = now.rdb_last_bgsave_status === 'err';
    const refused = growth(errorStats, (sample) => sample.counts.get('MISCONF') ?? 0) ?? 0;
    const rdb = failing && config?.stop_writes_on_bgsave_error === 'yes' && savePoints(config.save).length > 0;
    const aof = now.aof_enabled === 1 && now.aof_last_write_status === 'err';
    if (refused === 0 && !rdb && !aof) {
      return failing && !config
        ? { unassessed: 'CONFIG GET save stop-writes-on-bgsave-error was not answered' }
        : undefined;
    }
    return {
      severity: 'critical',
      headline: aof
        ? 'Writes are refused because the append-only file cannot be written'
        : rdb
          ? 'Writes are refused because the last RDB save failed'
          : `${refused} commands were refused with MISCONF during the diagnosis`,
      evidence: [
        ...(rdb
          ? [
              { field: 'rdb_last_bgsave_status', value: 'err', expected: 'ok' },
              { field: 'stop-writes-on-bgsave-error', value: 'yes', expected: 'yes, with saves that work' },
            ]
          : []),
        ...(aof ? [{ field: 'aof_last_write_status', value: 'err', expected: 'ok' }] : []),
        ...(refused > 0 ? [{ field: 'errorstat_MISCONF', value: `+${refused}`, expected: '+0' }] : []),
      ],
    };
  },
});
