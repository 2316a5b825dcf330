import { defineRule } from '../../domain/rule.ts';
import { called, lossSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** A member named in the target that accepts a connection and then says nothing. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'The port accepts connections but no command is answered in time: one long command or script holds the only ' +
    'thread, all clients are paused (CLIENT PAUSE), the process is stopped, or the machine is starved of CPU, memory or disk. Look at the process on its host ' +
    '(state, CPU, swap) before anything else; a restart loses what was not saved.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'no-replicas-connected',
    'min-replicas-blocking-writes',
    'replica-output-buffer-near-limit',
    'replica-sync-stalled',
    'failover-stuck',
    'replica-ack-lag',
    'sentinel-master-down',
    'sentinel-stale-entries',
    'sentinel-ckquorum-failed',
    'role-changed-recently',
  ],
  tells: 'From the host of the replica the primary takes the connection too, and does not answer PING.',
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'hung')
      .filter((node) => node.origin === 'seed')
      .map((node) => ({
        node: node.name,
        severity: lossSeverity(snapshot, node),
        headline: `${called(snapshot, node)} accepts connections but does not answer`,
        evidence: seen(node, 'an answer in time'),
      })),
});
