import type { Evidence, Severity } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readNodes, type UnreadNode } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { followersOf, seen, unreadFor } from '../../domain/unread.ts';
import replication from '../../probes/replication.ts';

const PING_SECONDS = 10;

/** A primary, a replica or a Sentinel that another member names cannot be reached from here. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'A server of this target names another member that does not answer from here. When the replica has lost its link ' +
    'as well, that member is down or cut off: check its process, host and network. When the link between them is up, ' +
    'only the way from this machine is blocked, or the servers announce an address that is not routed here.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'no-replicas-connected',
    'replica-ack-lag',
    'min-replicas-blocking-writes',
    'replica-output-buffer-near-limit',
    'replica-sync-stalled',
    'failover-stuck',
    'sentinel-master-down',
    'sentinel-stale-entries',
    'sentinel-ckquorum-failed',
  ],
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'unreachable', 'hung').flatMap((node) => {
      const { origin } = node;
      if (origin === 'seed') return [];
      const followers = followersOf(snapshot, node);
      const reporter = readNodes(snapshot).find((other) => other.name === origin.reportedBy);
      return {
        node: node.name,
        severity: severityOf(node, followers, origin.as),
        headline:
          followers.length > 0
            ? `The primary ${node.name}, which ${followers.map((replica) => replica.name).join(' and ')} ${followers.length === 1 ? 'follows' : 'follow'}, ${seemsTo(node)}`
            : `The ${NOUN[origin.as]} ${node.name}, which ${origin.reportedBy} names, ${seemsTo(node)}`,
        evidence: [
          ...seen(node, 'an answer'),
          ...followers.map((replica) => ({
            field: `master_link_status of ${replica.name}`,
            value: linkOf(replica) ?? 'unknown',
            expected: 'up',
          })),
          ...(reporter && followers.length === 0 ? listed(reporter, node) : []),
        ],
      };
    }),
});

const NOUN = { primary: 'primary', replica: 'replica', sentinel: 'Sentinel' } as const;

/** Only the way from here may be blocked, but what takes a connection and says nothing is ill. */
function severityOf({ cause }: UnreadNode, followers: readonly ReadNode[], as: keyof typeof NOUN): Severity {
  const dataAtRisk = cause === 'hung' || !followers.every(inTouch);
  return dataAtRisk && as !== 'sentinel' ? 'high' : 'warning';
}

function seemsTo(node: UnreadNode): string {
  return node.cause === 'hung' ? 'accepts connections but does not answer' : 'cannot be reached from here';
}

function linkOf(replica: ReadNode): string | undefined {
  return readingIfAny(replica, replication)?.now.master_link_status;
}

/** The link counts as up until repl-timeout; a primary that lives says something every 10 s (repl-ping-replica-period). */
function inTouch(replica: ReadNode): boolean {
  const heard = readingIfAny(replica, replication)?.now.master_last_io_seconds_ago ?? Number.POSITIVE_INFINITY;
  return linkOf(replica) === 'up' && heard <= PING_SECONDS;
}

/** What the server that names a replica says of it. */
function listed(reporter: ReadNode, node: UnreadNode): Evidence[] {
  const rows = readingIfAny(reporter, replication)?.now.replicas ?? [];
  return rows
    .filter((row) => nodeName(row.address) === node.name)
    .map((row) => ({ field: 'slaveN.state', value: row.state, expected: 'online, at an address that answers' }));
}
