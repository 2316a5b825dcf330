import { defineRule } from '../../domain/rule.ts';
import { peerOf, type ReadNode, type Snapshot } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { duration } from '../../domain/units.ts';
import replication, { type ReplicaRow } from '../../probes/replication.ts';

const WARN_SECONDS = 10;
const CRITICAL_SECONDS = 30; // repl-timeout, 60 by default, drops the replica

/** A connected replica has stopped acknowledging. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'The replica acknowledges once a second when it is well. One that does not is blocked by a long command or script, ' +
    'stopped, or behind a network that lost the connection; after repl-timeout the primary drops it.',
  explains: [
    'min-replicas-blocking-writes',
    'replica-lag-bytes',
    'replica-output-buffer-near-limit',
    'failover-stuck',
    'blocked-clients-high',
  ],
  check({ replication: { now } }, { node, snapshot, threshold }) {
    const online = now.replicas.filter((row) => row.state === 'online' && !isLoading(snapshot, node, row));
    const worst = online.toSorted((one, other) => other.ackSeconds - one.ackSeconds)[0];
    const warn = threshold('warnSeconds', WARN_SECONDS);
    if (!worst || worst.ackSeconds < warn) return;
    return {
      severity: worst.ackSeconds >= threshold('criticalSeconds', CRITICAL_SECONDS) ? 'critical' : 'warning',
      headline: `Replica ${nodeName(worst.address)} has acknowledged nothing for ${duration(worst.ackSeconds)}`,
      evidence: [
        { field: 'slaveN.lag', value: String(worst.ackSeconds), expected: `< ${warn}` },
        { field: 'slaveN.state', value: worst.state, expected: 'online' },
      ],
    };
  },
});

/** A copy that was sent as a file is loaded after the primary counts the replica as online: it is silent meanwhile. */
function isLoading(snapshot: Snapshot, primary: ReadNode, { address, offset }: ReplicaRow): boolean {
  const replica = peerOf(snapshot, primary, address);
  if (replica?.kind === 'read') return replica.identity.loading;
  // One that loads says so when it is asked, so one that says nothing is stuck.
  return offset === 0 && replica?.cause !== 'hung';
}
