import { chainAbove, ringAbove } from '../../domain/replication-graph.ts';
import { defineRule } from '../../domain/rule.ts';
import { followedBy, replicasOf } from '../../domain/snapshot.ts';

/** A replica of a replica is a known way to spare the primary; below that, each link adds its lag and its breaks. */
const DEEP = 2;
const WARNING = 4;

/** A replica gets its data through other replicas. */
export default defineRule({
  scope: 'node',
  needs: {},
  latent: true,
  more:
    'What breaks the link of a replica in the middle cuts off everything below it, and each link adds its lag; the lower ' +
    'ones show their link as up while the one above is down. That is fine for copies that may be late. Replicas that ' +
    'shall take over, or that applications read from, are better attached to the primary.',
  check(_readings, { node, snapshot, threshold }) {
    if (node.identity.role !== 'replica' || ringAbove(snapshot, node).length > 0) return;
    const above = chainAbove(snapshot, node);
    const top = followedBy(snapshot, above.at(-1) ?? node);
    const chain = [...(top?.kind === 'unread' ? [top] : []), ...above.toReversed(), node];
    const depth = chain.length - 1;
    if (depth < DEEP && top?.kind === 'unread') {
      return { unassessed: `${top.name} could not be read: it may be a replica itself` };
    }
    // Only the end of each chain is told.
    if (depth < threshold('deep', DEEP) || replicasOf(snapshot, node).length > 0) return;
    return {
      severity: depth >= threshold('warning', WARNING) ? 'warning' : 'info',
      headline: `This replica gets its data through ${depth} links: ${chain.map(({ name }) => name).join(' → ')}`,
      evidence: [{ field: 'links to the primary', value: String(depth), expected: '1' }],
    };
  },
});
