import { defineRule } from '../../domain/rule.ts';
import type { Snapshot, UnreadNode } from '../../domain/snapshot.ts';
import { blindSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** Something else than Redis or Valkey answers at the address. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'What answers at this address does not speak the Redis protocol, or is no data server. Check host and port in the ' +
    'target or in the replication settings, and whether a proxy, load balancer or web server stands there.',
  explains: ['replica-link-down', 'replica-never-synced'],
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'not-a-redis-server').map((node) => ({
      node: node.name,
      severity: blindSeverity(snapshot),
      headline: `What answers at ${node.name} is ${wanted(snapshot, node)}`,
      evidence: seen(node, 'an INFO reply of Redis or Valkey'),
    })),
});

function wanted(snapshot: Snapshot, node: UnreadNode): string {
  return snapshot.sentinels.includes(node) ? 'no Sentinel' : 'not a Redis or Valkey server with data';
}
