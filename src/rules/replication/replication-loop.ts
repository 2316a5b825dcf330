import { ringAbove } from '../../domain/replication-graph.ts';
import { defineRule } from '../../domain/rule.ts';
import { readNodes } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';

/** Replicas that follow each other in a ring: there is no primary among them. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'Every one of these servers waits for another one to send it data, so none accepts writes and nothing reaches any of ' +
    'them, though their links may show as up until repl-timeout. Usually a REPLICAOF was sent to the old primary before ' +
    'the new one was promoted, or two tools failed over at once. Find out which one has the newest data ' +
    '(slave_repl_offset), promote that one, and point the others at it.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'replica-serving-stale',
    'replica-ack-lag',
    'replica-sync-stalled',
    'readonly-errors-misrouted-writes',
    'sentinel-disagreement',
  ],
  check(_all, { snapshot }) {
    const rings = new Map(
      readNodes(snapshot)
        .map((node) => ringAbove(snapshot, node))
        .flatMap((ring) => (ring[0] ? [[ring[0], ring] as const] : [])),
    );
    return [...rings].map(([first, ring]) => ({
      node: first.name,
      severity: 'critical',
      headline:
        ring.length === 1
          ? `${first.name} follows itself: it accepts no writes`
          : `${ring.map(({ name }) => name).join(' and ')} follow each other: none of them is the primary, and none accepts writes`,
      evidence: ring.map(({ name, identity: { primary } }) => ({
        field: `master_host:master_port of ${name}`,
        value: primary ? nodeName(primary) : 'none',
        expected: 'a primary, or role master',
      })),
    }));
  },
});
