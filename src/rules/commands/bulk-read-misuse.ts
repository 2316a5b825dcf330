import { describeCaller } from '../../domain/caller.ts';
import { filledBy } from '../../domain/command-load.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { isIndependentOfData, loggedSince, quietSince } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { milliseconds } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import commandStats from '../../probes/command-stats.ts';
import slowlog from '../../probes/slowlog.ts';

const BULK_READS =
  'hgetall hkeys hvals lrange mget sdiff sinter smembers sunion xrange xrevrange zrange zrangebyscore zrevrange zrevrangebyscore'.split(
    ' ',
  );

/** Microseconds a call: a small collection is read in far less. */
const SLOW_CALL = 1000;

/** Share of the one thread that serves everybody. */
const SHARE = 0.01;

/** What the slow log holds of them in a minute: a single one may be somebody's look at the data. */
const LOGGED_SECONDS = 60;
const LOGGED_US = 10_000;
const FEWEST_LOGGED = 3;

export default defineRule({
  scope: 'node',
  needs: { commandStats },
  explains: ['slow-commands-present', 'command-latency-p99-high', 'large-replies', 'client-output-buffer-bloat'],
  tells:
    'SLOWLOG GET shows the same command on whole collections again and again, and quick commands such as GET are quick.',
  more:
    'Commands that return whole collections take more than a millisecond each, during which nobody else is served. ' +
    'Usually a collection grew beyond what its readers were written for. ' +
    'Read it in pages (HSCAN, SSCAN, ZRANGE with limits) or only the fields that are needed (HMGET).',
  check({ commandStats }, { node, threshold }) {
    if (commandStats.before === undefined) return { unassessed: 'the time of commands needs two samples to compare' };
    const slow = BULK_READS.flatMap((name) => {
      const calls = growth(commandStats, ({ commands }) => commands.get(name)?.calls ?? 0) ?? 0;
      const usec = growth(commandStats, ({ commands }) => commands.get(name)?.usec ?? 0) ?? 0;
      if (calls === 0 || usec / calls <= SLOW_CALL || usec < SHARE * commandStats.seconds * 1_000_000) return [];
      const each = Math.round(usec / calls);
      return [{ name, each, calls }];
    });
    if (slow.length === 0) return fromLog(node, threshold('logged', FEWEST_LOGGED));
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

/** A reader that comes now and then may have missed the time between the samples. */
function fromLog(node: ReadNode, fewest: number): Found | undefined {
  const [log, time] = [readingIfAny(node, slowlog), readingIfAny(node, clock)];
  if (!log || !time) return undefined;
  const now = time.now.epochSeconds;
  const reads = loggedSince(log, now - LOGGED_SECONDS).filter(
    (entry) => BULK_READS.includes(entry.command) && entry.microseconds >= LOGGED_US && !isIndependentOfData(entry),
  );
  if (reads.length < fewest || quietSince(reads, now, log.seconds) !== undefined) return undefined;
  const slowest = reads.reduce((one, other) => (other.microseconds > one.microseconds ? other : one));
  return {
    severity: 'warning',
    headline: `Whole collections were read ${reads.length} times in the last minute, for up to ${milliseconds(slowest.microseconds / 1000)} (${slowest.shape})`,
    evidence: [
      {
        field: `slowlog ${slowest.command}`,
        value: `${slowest.microseconds} us from ${describeCaller(slowest.client, slowest.clientName)}`,
        expected: `< ${LOGGED_US} us`,
      },
    ],
  };
}
