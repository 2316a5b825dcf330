import { writeRate } from '../../domain/replication-link.ts';
import { defineRule } from '../../domain/rule.ts';
import { nodeName } from '../../domain/target.ts';
import { bytes, duration } from '../../domain/units.ts';
import replication, { type ReplicaRow } from '../../probes/replication.ts';

const WARN_SECONDS = 10;
const CRITICAL_SECONDS = 60;
const WARN_BYTES = 64 * 1024 * 1024;
const CRITICAL_BACKLOG_SHARE = 0.5;
/** Below this rate the gap in seconds says nothing (idle primaries write little more than PINGs): replica-ack-lag judges. */
const QUIET_BYTES_PER_SECOND = 1024;
/** Replicas acknowledge once a second and the sample is not aligned with that: so much of the stream is not lag. */
const ACK_SECONDS = 2;

/** A replica is connected but its data is far behind. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'The replica acknowledges less of the stream than the primary writes. Look for what holds it up: a slow command or ' +
    'script on the replica, its disk (AOF fsync), the network, or large values. If the gap grows beyond the backlog ' +
    'and the link breaks, a full copy follows. The `lag` of INFO is the age of the last acknowledgement, not this.',
  explains: ['replica-output-buffer-near-limit', 'failover-stuck'],
  check({ replication: reading }, { threshold }) {
    const { now, before } = reading;
    const rows = now.replicas.filter(acknowledging);
    if (rows.length === 0) return;
    const rate = writeRate(reading);
    if (!before || rate === undefined) return { unassessed: 'the write rate needs two samples of one running server' };
    if (rate < QUIET_BYTES_PER_SECOND) return;
    const slack = rate * ACK_SECONDS;
    const behind = (row: ReplicaRow) => Math.min(gapIn(now, row), gapIn(before, row)) - slack;
    const worst = rows.toSorted((one, other) => behind(other) - behind(one))[0];
    if (!worst) return;
    const lag = behind(worst);
    const seconds = lag / rate;
    const history = now.repl_backlog_size ?? Number.POSITIVE_INFINITY;
    const critical = seconds > threshold('criticalSeconds', CRITICAL_SECONDS) || lag > history * CRITICAL_BACKLOG_SHARE;
    const warnSeconds = threshold('warnSeconds', WARN_SECONDS);
    if (!critical && seconds <= warnSeconds && lag <= threshold('warnBytes', WARN_BYTES)) return;
    const gap = gapIn(now, worst);
    return {
      severity: critical ? 'critical' : 'warning',
      headline: `Replica ${nodeName(worst.address)} is ${bytes(gap)} behind, about ${duration(gap / rate)} of writes`,
      evidence: [
        {
          field: 'master_repl_offset',
          value: String(now.master_repl_offset),
          expected: 'close to the offset of the replica',
        },
        {
          field: 'slaveN.offset',
          value: String(worst.offset),
          expected: `>= ${Math.round((now.master_repl_offset ?? 0) - warnSeconds * rate)}`,
        },
        { field: 'repl_backlog_size', value: String(now.repl_backlog_size ?? 'unknown'), expected: `> ${2 * gap}` },
      ],
    };
  },
});

/** An offset of 0 is a replica that has not acknowledged anything yet: it still loads its copy. */
function acknowledging(row: ReplicaRow): boolean {
  return row.state === 'online' && row.offset > 0;
}

interface Sample {
  master_repl_offset: number | undefined;
  replicas: readonly ReplicaRow[];
}

/** Bytes of the stream that this replica had not acknowledged; 0 when it was not there yet. Of one server's INFO only. */
function gapIn(sample: Sample, replica: ReplicaRow): number {
  const row = sample.replicas.find((other) => nodeName(other.address) === nodeName(replica.address));
  return row && acknowledging(row) ? Math.max(0, (sample.master_repl_offset ?? 0) - row.offset) : 0;
}
