import { filledBy } from '../../domain/command-load.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import commandStats from '../../probes/command-stats.ts';

const BULK_READS =
  'hgetall hkeys hvals lrange mget sdiff sinter smembers sunion xrange xrevrange zrange zrangebyscore zrevrange zrevrangebyscore'.split(
    ' ',
  );

/** Microseconds a call: a small collection is read in far less. */
const SLOW_CALL = 1000;

/** Share of the one thread that serves everybody. */
const SHARE = 0.01;

export default defineRule({
  scope: 'node',
  needs: { commandStats },
  explains: ['slow-commands-present', 'command-latency-p99-high', 'large-replies'],
  more:
    'Commands that return whole collections take more than a millisecond each, during which nobody else is served. ' +
    'Usually a collection grew beyond what its readers were written for. ' +
    'Read it in pages (HSCAN, SSCAN, ZRANGE with limits) or only the fields that are needed (HMGET).',
  check({ commandStats }) {
    if (commandStats.before === undefined) return { unassessed: 'the time of commands needs two samples to compare' };
    const slow = BULK_READS.flatMap((name) => {
      const calls = growth(commandStats, ({ commands }) => commands.get(name)?.calls ?? 0) ?? 0;
      const usec = growth(commandStats, ({ commands }) => commands.get(name)?.usec ?? 0) ?? 0;
      if (calls === 0 || usec / calls <= SLOW_CALL || usec < SHARE * commandStats.seconds * 1_000_000) return [];
      const each = Math.round(usec / calls);
      return [{ name, each, calls }];
    });
    if (slow.length === 0) return;
    const names = slow.map(({ name }) => name);
    return {
      severity: 'warning',
      headline: `Whole collections are read at more than a millisecond a call: ${names.join(', ').toUpperCase()}`,
      evidence: slow.map(
        ({ name, each, calls }): Evidence => ({
          field: `cmdstat_${name}.usec_per_call`,
          value: `${each} over ${calls} calls`,
          expected: `<= ${SLOW_CALL}`,
        }),
      ),
      explains: filledBy(commandStats, names),
    };
  },
});
