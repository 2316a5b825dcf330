import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { followedBy, type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { bytes, duration } from '../../domain/units.ts';
import persistence from '../../probes/persistence.ts';
import replication from '../../probes/replication.ts';

/** A primary that prepares or sends a copy says something at least every second; repl-timeout (60 s) ends the attempt. */
const SILENT_SECONDS = 10;

/** A full copy has stopped half way. */
export default defineRule({
  scope: 'node',
  needs: { replication, persistence },
  more:
    'The replica waits for the rest of its copy and nothing arrives; after repl-timeout it starts over. Usually the ' +
    'primary hangs, its fork child was stopped or waits for the disk, or the network drops the large packets of a bulk ' +
    'transfer. Look at the primary first: whether it answers, and whether its child still runs.',
  explains: ['replica-link-down', 'replica-never-synced', 'no-replicas-connected', 'replica-serving-stale'],
  tells: 'The log of the replica says "Timeout receiving bulk data".',
  check({ replication: reading, persistence: disk }, { node, snapshot, threshold }) {
    const { now, before } = reading;
    const { primary, loading } = node.identity;
    // While it loads what it got, nothing more arrives: that is as it should be.
    if (!primary || loading || disk.now.async_loading === 1 || now.master_sync_in_progress !== 1) return;
    const silent = now.master_sync_last_io_seconds_ago;
    if (silent === undefined) return { unassessed: 'INFO has no master_sync_last_io_seconds_ago' };
    const limit = threshold('silentSeconds', SILENT_SECONDS);
    const got = now.master_sync_read_bytes ?? 0;
    const more = before?.master_sync_in_progress === 1 ? growth(reading, (sample) => sample.master_sync_read_bytes) : 0;
    if (silent <= limit || more !== 0) return;
    const upstream = followedBy(snapshot, node);
    // Before the first byte the primary may still produce its snapshot.
    if (got === 0 && upstream?.kind === 'read' && prepares(upstream)) return;
    return {
      severity: 'high',
      headline: `The full copy from ${nodeName(primary)} stands still at ${bytes(got)}: nothing has arrived for ${duration(silent)}`,
      evidence: [
        { field: 'master_sync_last_io_seconds_ago', value: String(silent), expected: `<= ${limit}` },
        { field: 'master_sync_read_bytes', value: `${got} (+0)`, expected: 'growing' },
        ...(upstream?.kind === 'unread'
          ? [{ field: `connection to ${upstream.name}`, value: upstream.detail, expected: 'an answer' }]
          : []),
      ],
    };
  },
});

function prepares(primary: ReadNode): boolean {
  return (readingIfAny(primary, replication)?.now.replicas ?? []).some(({ state }) => state.startsWith('wait_'));
}
