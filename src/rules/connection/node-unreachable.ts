import { defineRule } from '../../domain/rule.ts';
import { isVital, seen, unreadFor } from '../../domain/unread.ts';

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
  ],
  check: ({ nodes }, { snapshot }) =>
    unreadFor(nodes, 'unreachable')
      .filter((node) => node.origin === 'seed')
      .map((node) => ({
        node: node.name,
        severity: isVital(snapshot, node) ? 'critical' : 'high',
        headline: `${node.name} cannot be reached: ${node.detail}`,
        evidence: seen(node, 'a connection'),
      })),
});
