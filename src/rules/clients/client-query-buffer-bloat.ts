import { closedConnections, offender } from '../../domain/offender.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';
import stats from '../../probes/stats.ts';

/** A pipeline, a transaction or a value should be 1 MB; nothing that is well sends so much before it is executed. */
const LARGE = 64 * 1024 * 1024;

const SHOWN = 3;

export default defineRule({
  scope: 'node',
  needs: { clients, stats },
  explains: [
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'oom-noeviction-writes-rejected',
    'oom-volatile-policy-nothing-to-evict',
    'overhead-dominates-maxmemory',
    'client-eviction-active',
    'client-output-buffer-bloat',
    'rss-near-memory-limit',
    'memory-forecast-oom',
    'eviction-of-durable-data',
  ],
  tells: 'The qbuf and argv-mem of all clients in CLIENT LIST add up to about what memory has grown by.',
  more:
    'What a client sends is kept until it can be executed as a whole: one huge value, an endless pipeline, or all of a MULTI. ' +
    'Usually a job writes in one go what should go in batches. ' +
    'Send batches of at most 1 MB; a lower client-query-buffer-limit (1 GB by default) closes such connections before they hurt others.',
  check({ clients, stats }, { node, threshold }) {
    const large = threshold('bytes', LARGE);
    const senders = (readingIfAny(node, clientList)?.now ?? [])
      .filter(({ flags, unexecuted }) => !flags.includes('M') && unexecuted > large)
      .toSorted((one, other) => other.unexecuted - one.unexecuted);
    const recent = clients.now.client_recent_max_input_buffer ?? 0;
    const closed = growth(stats, (sample) => sample.client_query_buffer_limit_disconnections) ?? 0;
    const worst = Math.max(recent, senders[0]?.unexecuted ?? 0);
    if (worst <= large && closed === 0) return;
    return {
      severity: 'warning',
      headline:
        closed > 0
          ? `${closedConnections(closed)} within ${Math.round(stats.seconds)} s for sending more than client-query-buffer-limit at once`
          : `A client takes ${bytes(worst)} for what it sends before it can be executed`,
      evidence: [
        { field: 'client_recent_max_input_buffer', value: String(recent), expected: `<= ${large}` },
        { field: 'client_query_buffer_limit_disconnections', value: `+${closed}`, expected: '+0' },
        ...senders
          .slice(0, SHOWN)
          .map((one) => offender(one, { field: 'qbuf + argv-mem + multi-mem', bytes: one.unexecuted }, `<= ${large}`)),
      ],
    };
  },
});
