import { defineRule } from '../../domain/rule.ts';
import { called, lossSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** A member named in the target that takes no connection; those that a server reports are dependency-unreachable. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'No connection to the server could be made from here: the process is down, the address or name is wrong, or a ' +
    'firewall or route is in the way. Check that the process runs on that host, then connect to the port from this machine.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'no-replicas-connected',
    'min-replicas-blocking-writes',
    'failover-stuck',
    'replica-sync-stalled',
    'sentinel-master-down',
    'sentinel-stale-entries',
    'sentinel-ckquorum-failed',
    'role-changed-recently',
  ],
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'unreachable')
      .filter((node) => node.origin === 'seed')
      .map((node) => ({
        node: node.name,
        severity: lossSeverity(snapshot, node),
        headline: `${called(snapshot, node)} cannot be reached: ${node.detail}`,
        evidence: seen(node, 'a connection'),
      })),
});
