import { defineRule } from '../../domain/rule.ts';
import { nodeName } from '../../domain/target.ts';
import { duration } from '../../domain/units.ts';
import replication, { type ReplicaRow } from '../../probes/replication.ts';

/** A replica answers at once when the primary asks for its offset: without any progress for a second it is stuck. */
const STILL_SECONDS = 0.9;

/** A FAILOVER that does not come to its end holds every write back. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'While FAILOVER runs the primary holds back all writes, so that the replica can catch up; without TIMEOUT it waits for ' +
    'ever. Usually the chosen replica is stopped, too slow or cut off. FAILOVER ABORT on this server lets the writes ' +
    'through again at once and loses nothing; repair the replica before the next try.',
  explains: ['clients-paused', 'replica-link-down', 'replica-never-synced', 'no-replicas-connected'],
  check({ replication: { now, before, seconds } }, { threshold }) {
    const state = now.master_failover_state;
    if (state === undefined || state === 'no-failover') return;
    if (!before) return { unassessed: 'whether the failover makes progress needs two samples of one running server' };
    const lasting = before.master_failover_state === state && seconds >= threshold('stillSeconds', STILL_SECONDS);
    const late = now.replicas.filter(({ offset }) => offset < (now.master_repl_offset ?? 0));
    const moving = late.some((row) => row.offset > offsetOf(before.replicas, row));
    const stuck = lasting && !moving;
    return {
      severity: stuck ? 'high' : 'info',
      headline: stuck
        ? `A failover (${state}) has made no progress for ${duration(seconds)}, and writes wait for it`
        : `A failover is under way (${state})`,
      evidence: [
        { field: 'master_failover_state', value: state, expected: 'no-failover' },
        ...late.map((row) => ({
          field: `slaveN.offset of ${nodeName(row.address)}`,
          value: `${row.offset}, acknowledged ${row.ackSeconds} s ago`,
          expected: String(now.master_repl_offset),
        })),
      ],
    };
  },
});

function offsetOf(rows: readonly ReplicaRow[], row: ReplicaRow): number {
  return rows.find((other) => nodeName(other.address) === nodeName(row.address))?.offset ?? 0;
}
