import { usual } from '../../domain/baseline.ts';
import type { Evidence } from '../../domain/finding.ts';
import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf, type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import latencyLatest, { latestSince } from '../../probes/latency-latest.ts';
import stats from '../../probes/stats.ts';

const MANY_PER_SECOND = 1000;
const TIMES_USUAL = 10;

/** Milliseconds of CPU per second: the slow cycle may take a quarter of a core, and counts a little less than it takes. */
const CYCLE_AT_ITS_CAP = 200;

const EVENTS = ['expire-cycle', 'expire-del'];

/** Events have whole seconds. */
const ROUNDING_SECONDS = 1;

export default defineRule({
  scope: 'node',
  needs: { stats },
  explains: [
    'expire-backlog-stale',
    'engine-cpu-saturated',
    'event-loop-saturated',
    'low-hit-ratio',
    'lazyfree-backlog',
  ],
  tells: 'expired_keys of INFO stats jumps at those seconds, often at a round time of day, and it ends by itself.',
  more:
    'Very many keys come to their end in the same seconds, and deleting them takes CPU from the commands of every client. ' +
    'Usually they were written together with the same TTL: a warm-up, an import, a nightly job. ' +
    'Add some percent of chance to each TTL, and set lazyfree-lazy-expire to yes where the values are large.',
  check({ stats }, { node, snapshot, threshold }) {
    if (node.identity.role === 'replica') return;
    const keys = rate(stats, (sample) => sample.expired_keys);
    if (keys === undefined) return { unassessed: 'how many keys expire needs two samples to compare' };
    // Fields of hashes: Redis 7.4 and newer; Valkey 9.0 and newer.
    const fields = rate(stats, (sample) => sample.expired_subkeys ?? sample.expired_fields) ?? 0;
    const perSecond = keys + fields;
    const many = threshold('per_second', MANY_PER_SECOND);
    if (perSecond <= many) return;
    const usually = usual(historyOf(snapshot, node), 'expired_keys', snapshot.takenAt)?.median;
    if (usually !== undefined && perSecond <= threshold('times_usual', TIMES_USUAL) * usually) return;
    const felt = costOf(
      node,
      stats.seconds,
      rate(stats, (sample) => sample.expire_cycle_cpu_milliseconds),
    );
    if (!Array.isArray(felt)) return felt;
    const than = usually === undefined ? '' : `, usually ${Math.round(usually)}`;
    return {
      severity: 'warning',
      headline: `${Math.round(perSecond)} keys expire a second${than}, and clients wait for it`,
      evidence: [
        {
          field: 'expired_keys',
          value: `${Math.round(perSecond)}/s over ${duration(stats.seconds)}`,
          expected: usually === undefined ? `<= ${many}/s` : `<= ${Math.round(TIMES_USUAL * usually)}/s`,
        },
        ...felt,
      ],
    };
  },
});

/** What the expiry costs the clients; undefined when it costs them nothing that they would notice. */
function costOf(
  node: ReadNode,
  seconds: number,
  cpu: number | undefined,
): Evidence[] | { unassessed: string } | undefined {
  const events = readingIfAny(node, latencyLatest)?.now;
  const now = readingIfAny(node, clock)?.now.epochSeconds;
  const slow = events && now && latestSince(events, EVENTS, now - seconds - ROUNDING_SECONDS);
  const evidence: Evidence[] = [];
  if (cpu !== undefined && cpu > CYCLE_AT_ITS_CAP) {
    evidence.push({
      field: 'expire_cycle_cpu_milliseconds',
      value: `${Math.round(cpu)} ms/s (${percent(cpu / 1000)} of a core)`,
      expected: `<= ${CYCLE_AT_ITS_CAP} ms/s`,
    });
  }
  if (slow) evidence.push({ field: `latency ${slow.name}`, value: `${slow.latestMs} ms`, expected: 'no event' });
  if (evidence.length > 0) return evidence;
  if (cpu !== undefined) return undefined;
  return { unassessed: 'many keys expire, and neither INFO nor the latency monitor tells what that costs' };
}
