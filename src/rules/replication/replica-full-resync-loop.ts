import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import replication, { type ReplicaRow } from '../../probes/replication.ts';
import server from '../../probes/server.ts';
import stats from '../../probes/stats.ts';

/** Two full syncs more than there are replicas, in this time, is a loop. */
const WINDOW_SECONDS = 600;

/** A replica takes one full copy after the other and never stays in sync. */
export default defineRule({
  scope: 'node',
  needs: { stats, replication, server },
  more:
    'Each full copy costs a fork, memory and bandwidth, and the replica is of no use meanwhile. Usual causes, most ' +
    'frequent first: the output buffer of the replica link overflows during the copy (client-output-buffer-limit), the ' +
    'backlog is too small for the time that it takes, or repl-timeout ends the link while the replica loads. Raise the ' +
    'limit that is hit; attach replicas one at a time.',
  explains: ['replica-link-down', 'replica-never-synced', 'no-replicas-connected', 'replica-lag-bytes'],
  check({ stats, replication, server }, { target }) {
    const { now, before } = replication;
    const attached = Math.max(now.replicas.length, before?.replicas.length ?? 0, target.objectives.expectReplicas ?? 0);
    const fulls = growth(stats, (sample) => sample.sync_full) ?? 0;
    const refused = growth(stats, (sample) => sample.sync_partial_err) ?? 0;
    const cut = growth(stats, (sample) => sample.client_output_buffer_limit_disconnections) ?? 0;
    // Each replica attaches with one full sync; more than one each within the pair means that one started over.
    const again = fulls >= 2 && fulls > attached;
    const cutAndBack = cut > 0 && fulls > 0 && refused > 0;
    const { sync_full, sync_partial_err } = stats.now;
    const uptime = server.now.uptime_in_seconds;
    // On average over the whole life of the process, and going on now: not history.
    const perWindow = (sync_full - attached) / Math.max(1, uptime / WINDOW_SECONDS);
    const always = perWindow >= 2 && sync_partial_err > 0 && (fulls > 0 || now.replicas.some(copying));
    if (!again && !cutAndBack && !always) {
      const idle = sync_full === 0 || (now.replicas.length === 0 && stats.before !== undefined);
      return stats.before || idle ? undefined : { unassessed: 'needs two samples of one running server' };
    }
    return {
      severity: 'critical',
      headline:
        fulls > 0
          ? `${fulls} full syncs began within ${duration(stats.seconds)}`
          : `${sync_full} full syncs for ${attached} replicas in ${duration(uptime)}, and another is under way`,
      evidence: [
        { field: 'sync_full', value: `${sync_full} (+${fulls})`, expected: `${attached}, one for each replica` },
        { field: 'sync_partial_err', value: `${sync_partial_err} (+${refused})`, expected: '0' },
        ...(cut > 0 ? [{ field: 'client_output_buffer_limit_disconnections', value: `+${cut}`, expected: '+0' }] : []),
      ],
    };
  },
});

function copying(row: ReplicaRow): boolean {
  return row.state === 'wait_bgsave' || row.state === 'send_bulk';
}
