import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readNodes, type UnreadNode } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { followersOf, seen, unreadFor } from '../../domain/unread.ts';
import replication from '../../probes/replication.ts';

const PING_SECONDS = 10;

/** The primary or a replica that a server names cannot be reached from here. */
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
  ],
  check: ({ nodes }, { snapshot }) =>
    unreadFor(nodes, 'unreachable', 'hung').flatMap((node) => {
      const { origin } = node;
      if (origin === 'seed') return [];
      const followers = followersOf(snapshot, node);
      const reporter = readNodes(snapshot).find((other) => other.name === origin.reportedBy);
      return {
        node: node.name,
        // Only the way from here may be blocked, but what takes a connection and says nothing is ill.
        severity: node.cause === 'hung' || !followers.every(inTouch) ? 'high' : 'warning',
        headline:
          followers.length > 0
            ? `The primary ${node.name}, which ${followers.map((replica) => replica.name).join(' and ')} follows, ${seemsTo(node)}`
            : `The ${origin.as} ${node.name}, which ${origin.reportedBy} names, ${seemsTo(node)}`,
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
