import { growth } from '../../domain/probe.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import { growthSince } from '../../domain/series.ts';
import { historyOf, readingIfAny, replicasOf } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { duration } from '../../domain/units.ts';
import replication, { isCopying, type ReplicaRow } from '../../probes/replication.ts';
import server from '../../probes/server.ts';
import stats from '../../probes/stats.ts';

const WINDOW_SECONDS = 600;
/** Full syncs in a window, beyond one for each replica, that are a loop when they are the average of a whole uptime. */
const EXTRA_SYNCS = 3;

/** A replica takes one full copy after the other and never stays in sync. */
export default defineRule({
  scope: 'node',
  needs: { stats, replication, server },
  more:
    'Each full copy costs a fork, memory and bandwidth, and the replica is of no use meanwhile. Usual causes, most ' +
    'frequent first: the output buffer of the replica link overflows during the copy (client-output-buffer-limit), the ' +
    'backlog is too small for the time that it takes, or repl-timeout ends the link while the replica loads. Raise the ' +
    'limit that is hit; attach replicas one at a time.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'no-replicas-connected',
    'replica-lag-bytes',
    // One incident: the playbook for the backlog is offered for the loop as well.
    'repl-backlog-undersized',
  ],
  tells:
    'sync_full of the primary rises with each break, and its log says for the replica "overcoming of output buffer limits".',
  check({ stats, replication: { now, before }, server }, here) {
    const { sync_full, sync_partial_err } = stats.now;
    const old = before?.replicas ?? [];
    const attached = Math.max(now.replicas.length, old.length, here.target.objectives.expectReplicas ?? 0);
    const fulls = growth(stats, (sample) => sample.sync_full) ?? 0;
    const refused = growth(stats, (sample) => sample.sync_partial_err) ?? 0;
    const cut = growth(stats, (sample) => sample.client_output_buffer_limit_disconnections) ?? 0;
    const active = fulls > 0 || now.replicas.some(isCopying);
    const uptime = server.now.uptime_in_seconds;
    // The lifetime counters prove a loop only as an average over the whole life, by replicas that were there before.
    const average = (sync_full - attached) / Math.max(1, uptime / WINDOW_SECONDS);
    const watched = watchedSyncs(here);
    const proofs = [
      // Each replica attaches with one full sync: more of them within the pair, and one has begun a second.
      fulls >= 2 && fulls > attached,
      old.some(isCopying) && fulls > newcomers(old, now.replicas) && sync_full >= attached + 2,
      cut > 0 && fulls > 0 && refused > 0,
      watched.fulls >= 2 && watched.fulls > attached && watched.refused > 0,
      active && average >= EXTRA_SYNCS && (sync_partial_err > 0 || sameReplicas(here, uptime)),
    ];
    if (!proofs.includes(true)) {
      const none = sync_full === 0 || now.replicas.length === 0;
      return stats.before || none ? undefined : { unassessed: 'needs two samples of one running server' };
    }
    return {
      severity: 'critical',
      headline:
        fulls > 0
          ? `${fulls} full ${fulls === 1 ? 'sync' : 'syncs'} began within ${duration(stats.seconds)}, and it was not the first try`
          : watched.fulls > attached
            ? `${watched.fulls} full syncs for ${attached} replicas within ${duration(WINDOW_SECONDS)}`
            : `${sync_full} full syncs for ${attached} replicas in ${duration(uptime)}, and one is under way`,
      evidence: [
        { field: 'sync_full', value: `${sync_full} (+${fulls})`, expected: `${attached}, one for each replica` },
        { field: 'sync_partial_err', value: `${sync_partial_err} (+${refused})`, expected: '0' },
        ...(cut > 0 ? [{ field: 'client_output_buffer_limit_disconnections', value: `+${cut}`, expected: '+0' }] : []),
      ],
    };
  },
});

/** What `watch` counted in the last ten minutes. */
function watchedSyncs({ node, snapshot }: Here): { fulls: number; refused: number } {
  const since = snapshot.takenAt - WINDOW_SECONDS * 1000;
  const grown = (field: string) => growthSince(historyOf(snapshot, node), node.identity.runId, field, since)?.by ?? 0;
  return { fulls: grown('sync_full'), refused: grown('sync_partial_err') };
}

function newcomers(old: readonly ReplicaRow[], rows: readonly ReplicaRow[]): number {
  const known = new Set(old.map((row) => nodeName(row.address)));
  return rows.filter((row) => !known.has(nodeName(row.address))).length;
}

/** A first sync that fails counts no sync_partial_err, so new replicas, one after the other, would look like a loop. */
function sameReplicas({ node, snapshot }: Here, uptime: number): boolean {
  const ages = replicasOf(snapshot, node).map((replica) => readingIfAny(replica, server)?.now.uptime_in_seconds ?? 0);
  return ages.length > 0 && ages.every((age) => age >= uptime / 2);
}
