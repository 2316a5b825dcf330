import { peakWriteRate } from '../../domain/replication-link.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { bytes, duration } from '../../domain/units.ts';
import replication from '../../probes/replication.ts';

/** A replica that is away for less than this should never need a full copy: a restart or a short network cut. */
const OUTAGE_SECONDS = 60;

/** The stream history is shorter than the outage that a replica should survive. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  latent: true,
  more:
    'A replica that is away for longer than the backlog covers cannot continue where it was: it takes a full copy, ' +
    'which costs a fork, memory and bandwidth. The size should be the peak write rate times the outage to survive ' +
    'times 1.5, at least 64 MiB; on 7.0 and newer it is allocated as it fills.',
  check({ replication: reading }, { node, snapshot, target, threshold }) {
    const { now } = reading;
    const expected = node.identity.role === 'primary' ? (target.objectives.expectReplicas ?? 0) : 0;
    if (now.connected_slaves === 0 && expected === 0) return;
    if (now.repl_backlog_active !== 1) return; // No history at all: repl-backlog-freed.
    const size = now.repl_backlog_size;
    const rate = peakWriteRate(reading, historyOf(snapshot, node));
    if (rate === undefined) return { unassessed: 'the write rate needs two samples of one running server' };
    if (size === undefined) return { unassessed: 'INFO has no repl_backlog_size' };
    const outage = target.objectives.outageToSurviveSeconds ?? threshold('outageSeconds', OUTAGE_SECONDS);
    if (rate === 0 || size / rate >= outage) return;
    return {
      severity: 'warning',
      headline: `The replication backlog of ${bytes(size)} covers ${duration(size / rate)} at ${bytes(rate)}/s; ${duration(outage)} are wanted`,
      evidence: [
        { field: 'repl_backlog_size', value: String(size), expected: `>= ${Math.ceil(rate * outage)}` },
        {
          field: 'master_repl_offset per second',
          value: String(Math.round(rate)),
          expected: `<= ${Math.floor(size / outage)}`,
        },
      ],
    };
  },
});
