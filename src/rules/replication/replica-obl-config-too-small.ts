import { syncSeconds } from '../../domain/headroom.ts';
import { cutAt, replicaLimit } from '../../domain/output-buffer.ts';
import { peakWriteRate } from '../../domain/replication-link.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import { historyOf, type ReadNode, readingIfAny, readingOf, replicasOf } from '../../domain/snapshot.ts';
import { bytes, duration } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';

/** The write rate of the moment is rarely the highest: the limit should hold half as much again. */
const MARGIN = 1.5;

/** The next full sync would be cut: the writes that arrive meanwhile do not fit the output buffer of the link. */
export default defineRule({
  scope: 'node',
  needs: { replication, memory, persistence },
  latent: true,
  more:
    'While a replica takes a full copy, the primary keeps the writes of that time in the output buffer of the link, and ' +
    'cuts the link at client-output-buffer-limit: the sync starts over and fails in the same way. The default (256 MiB, ' +
    'or 64 MiB for 60 s) suits small datasets with few writes. Raise it while the replicas are in sync, before the next ' +
    'full sync is needed.',
  explains: [
    'replica-full-resync-loop',
    'replica-output-buffer-near-limit',
    'client-obl-disconnects',
    'replica-never-synced',
  ],
  tells: 'The log of the primary says "overcoming of output buffer limits" for the replica while it takes its copy.',
  check({ replication: link, memory, persistence }, here) {
    const { node, target } = here;
    const expected = node.identity.role === 'primary' ? (target.objectives.expectReplicas ?? 0) : 0;
    if (link.now.connected_slaves === 0 && expected === 0) return;
    const config = readingOf(node, replicationConfig).now;
    const limit = replicaLimit(config.client_output_buffer_limit ?? '');
    if (!limit) return { unassessed: 'CONFIG GET client-output-buffer-limit shows no limit for replicas' };
    if (link.now.repl_backlog_active !== 1) return; // No replica was ever there: nothing says what it would have to hold.
    const rate = peakWriteRate(link, historyOf(here.snapshot, node));
    if (rate === undefined) return { unassessed: 'the write rate needs two samples of one running server' };
    const sync = syncSeconds(memory.now, persistence.now);
    const apart = hasOwnChannel(here);
    const hard = cutAt(limit, node.identity.version, link.now.repl_backlog_size) * (apart ? 2 : 1);
    const needed = rate * sync * MARGIN;
    const overSoftFor = limit.soft > 0 && rate > 0 && !apart ? sync - limit.soft / rate : 0;
    const tooLong = overSoftFor > limit.softSeconds;
    if ((hard === 0 || needed <= hard) && !tooLong) return;
    return {
      severity: 'warning',
      headline:
        hard > 0 && needed > hard
          ? `A full sync of ${duration(sync)} at ${bytes(rate)}/s needs ${bytes(needed)} of buffer, and its link is cut at ${bytes(hard)}`
          : `A full sync of ${duration(sync)} at ${bytes(rate)}/s is above ${bytes(limit.soft)} of buffer for ${duration(overSoftFor)}, and its link is cut after ${duration(limit.softSeconds)}`,
      evidence: [
        {
          field: 'client-output-buffer-limit replica',
          value: `${limit.hard} ${limit.soft} ${limit.softSeconds}`,
          expected: `hard >= ${Math.ceil(needed)}, soft seconds >= ${Math.ceil(sync)} or no soft limit`,
        },
        {
          field: 'master_repl_offset per second',
          value: String(Math.round(rate)),
          expected: `<= ${Math.floor((hard || limit.soft) / sync / MARGIN)}`,
        },
        {
          field: 'rdb_last_bgsave_time_sec',
          value: String(persistence.now.rdb_last_bgsave_time_sec),
          expected: 'short',
        },
      ],
    };
  },
});

/**
 * With a channel of its own for the copy (Redis 8, Valkey 8; both ends must allow it) the replica holds as much of the
 * stream itself, by default, before the buffer of the primary begins to fill.
 */
function hasOwnChannel({ node, snapshot }: Here): boolean {
  const allows = (one: ReadNode) => {
    const config = readingIfAny(one, replicationConfig)?.now;
    return config?.repl_rdb_channel === 'yes' || config?.dual_channel_replication_enabled === 'yes';
  };
  return [node, ...replicasOf(snapshot, node)].every(allows);
}
