import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { readingOf } from '../../domain/snapshot.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** A restart now, however orderly, loses what was written: nothing saves it on the way down. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  latent: true,
  more:
    'SHUTDOWN writes a snapshot only where save points are set, and a supervisor that loses patience kills a server whose ' +
    'snapshot fails. Do not restart, redeploy or reboot this server now: first make a save work (BGSAVE, or the ' +
    'append-only file), or hand over to a replica that has everything.',
  check({ persistence: { now } }, { node, target }) {
    const changes = now.rdb_changes_since_last_save;
    // What a replica loses it gets from its primary again.
    if (node.identity.role !== 'primary' || changes === 0) return;
    const lost =
      now.aof_enabled === 1 ? brokenAof(now) : brokenSnapshots(now, readingOf(node, persistenceConfig).now.save);
    if (lost.length === 0) return;
    const matters = target.purpose !== undefined && target.purpose !== 'cache';
    const broken = lost.some(({ value }) => value === 'err');
    // Where nothing is meant to be saved, a replica is what keeps the data.
    const alone = node.identity.replicas.length === 0;
    return {
      severity: broken || (matters && alone) ? 'high' : 'info',
      headline: `A restart now loses ${changes} changes`,
      evidence: [
        { field: 'rdb_changes_since_last_save', value: String(changes), expected: '0, or saved by SHUTDOWN' },
        ...lost,
      ],
    };
  },
});

function brokenAof({ aof_last_write_status: status }: { aof_last_write_status: string | undefined }): Evidence[] {
  return status === 'err' ? [{ field: 'aof_last_write_status', value: 'err', expected: 'ok' }] : [];
}

function brokenSnapshots(
  { rdb_last_bgsave_status: status }: { rdb_last_bgsave_status: string },
  save: string,
): Evidence[] {
  if (savePoints(save).length === 0) {
    return [
      { field: 'save', value: save, expected: 'save points, or AOF' },
      { field: 'aof_enabled', value: '0', expected: '1' },
    ];
  }
  return status === 'err' ? [{ field: 'rdb_last_bgsave_status', value: 'err', expected: 'ok' }] : [];
}
