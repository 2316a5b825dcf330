import { offender } from '../../domain/offender.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';
import memory from '../../probes/memory.ts';

const MIB = 1024 * 1024;
const ONE_CLIENT = 100 * MIB;
const WARNING = 0.1;
const CRITICAL = 0.3;

/** MEMORY DOCTOR's limit: what many well-behaved connections hold between them is no bloat. */
const USUAL_PER_CLIENT = 200 * 1024;

const SHOWN = 3;
const WORTH_NAMING = MIB;

export default defineRule({
  scope: 'node',
  needs: { memory, clients },
  explains: [
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'oom-noeviction-writes-rejected',
    'oom-volatile-policy-nothing-to-evict',
    'overhead-dominates-maxmemory',
    'client-eviction-active',
    'client-obl-disconnects',
    'rss-near-memory-limit',
    'memory-forecast-oom',
    'eviction-of-durable-data',
  ],
  tells: 'The omem of all clients in CLIENT LIST adds up to about what memory has grown by.',
  more:
    'Replies that a client does not read pile up in the memory of the server, and normal clients have no limit by default. ' +
    'Usually a consumer hangs, is too slow, or asks for far more than it can take (huge ranges, MONITOR, pub/sub). ' +
    'Kill the named connections by id, mend the consumer, and set client-output-buffer-limit for normal clients.',
  check({ memory: { now }, clients }, { node, target, threshold }) {
    const outcome = node.outcomes.get(clientList);
    const listed = outcome?.kind === 'read' ? readingOf(node, clientList).now : undefined;
    const mine = (listed ?? [])
      .filter(({ flags }) => !/[MS]/.test(flags))
      .toSorted((one, other) => other.omem - one.omem);
    const limit = now.maxmemory || (target.memoryLimitBytes ?? 0);
    const held = (now.mem_clients_normal ?? 0) - notReplies(listed ?? []);
    const bloated = isBloated(held, clients.now.connected_clients, mine);
    const share = limit > 0 && bloated ? held / limit : 0;
    const worst = mine[0]?.omem ?? 0;
    const warning = threshold('warning', WARNING);
    const much = threshold('one_client_bytes', ONE_CLIENT);
    // Without a limit to be a share of, several that hold as much together are judged as one.
    const together = limit === 0 && bloated ? held : 0;
    if (Math.max(worst, together) <= much && share <= warning) {
      return listed ? undefined : { unassessed: outcome?.kind === 'unanswered' ? outcome.reason : 'no CLIENT LIST' };
    }
    const of = limit > 0 ? ` (${percent(held / limit)} of ${bytes(limit)})` : '';
    return {
      severity: share >= threshold('critical', CRITICAL) ? 'critical' : 'warning',
      headline: `Connections hold ${bytes(held)}${of}${worst > 0 ? `, one of them ${bytes(worst)} of replies that it does not read` : ''}`,
      evidence: [
        {
          field: 'mem_clients_normal',
          value: String(now.mem_clients_normal ?? 'missing'),
          expected: limit > 0 ? `<= ${Math.floor(warning * limit)}` : 'no limit known',
        },
        ...mine
          .filter(({ omem }) => omem >= WORTH_NAMING)
          .slice(0, SHOWN)
          .map((one) => offender(one, { field: 'omem', bytes: one.omem }, 'near 0')),
      ],
    };
  },
});

/** mem_clients_normal counts the link to our own primary as well, and what clients have sent: that is client-query-buffer-bloat. */
function notReplies(listed: readonly Client[]): number {
  return listed.reduce(
    (sum, { flags, totalMemory = 0, unexecuted }) => sum + (flags.includes('M') ? totalMemory : unexecuted),
    0,
  );
}

function isBloated(held: number, connected: number, mine: readonly Client[]): boolean {
  const unread = mine.reduce((sum, { omem }) => sum + omem, 0);
  return held > USUAL_PER_CLIENT * connected || unread > held / 2;
}
