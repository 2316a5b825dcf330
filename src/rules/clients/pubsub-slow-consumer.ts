import { describeCaller } from '../../domain/caller.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';

/** The soft limit of pub/sub clients: a minute above it and the server closes the connection. */
const SOFT_LIMIT = 8 * 1024 * 1024;

export default defineRule({
  scope: 'node',
  needs: { clientList },
  explains: ['client-output-buffer-bloat', 'client-obl-disconnects'],
  more:
    'A subscriber takes messages more slowly than they are published; at its buffer limit the server closes it, and it misses what comes meanwhile. ' +
    'Usually the consumer does heavy work while it receives. ' +
    'Make the consumer faster, split the channels, or use streams; raise the pubsub limit only with memory to spare.',
  check({ clientList }, { threshold }) {
    const limit = threshold('omem_bytes', SOFT_LIMIT);
    const slow = clientList.now
      .filter(({ flags, omem }) => flags.includes('P') && omem > limit)
      .toSorted((one, other) => other.omem - one.omem);
    const [worst] = slow;
    if (!worst) return;
    return {
      severity: 'warning',
      headline: `${slow.length === 1 ? 'A subscriber is' : `${slow.length} subscribers are`} behind, ${slow.length === 1 ? 'with' : 'one with'} ${bytes(worst.omem)} of unread messages`,
      evidence: slow.slice(0, 5).map(({ id, addr, name, omem }) => ({
        field: `client id=${id} omem`,
        value: `${omem} (${describeCaller(addr, name)})`,
        expected: `<= ${limit}`,
      })),
    };
  },
});
