import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { isIndependentOfData, loggedSince, type SlowEntry } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { milliseconds } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import latencyLatest, { type LatencyEvent, latestSince } from '../../probes/latency-latest.ts';
import slowlog from '../../probes/slowlog.ts';
import stats from '../../probes/stats.ts';

const WINDOW_SECONDS = 60;

/** A command that does next to nothing took this long: the process did not run. Milliseconds. */
const SPIKE_MS = 50;

/** One pause in a minute happens on any host. */
const FEWEST = 3;

/** The server held itself up: forks, the append-only file, expiry and eviction have findings of their own. */
const OWN_PAUSES = /^(fork|aof|expire|eviction|active-defrag|rdb)/;

/** They serve operators, us among them, or wait by design. */
const NOT_OF_APPLICATIONS = new Set(
  'acl auth bgrewriteaof bgsave blpop brpop client cluster command config hello info latency ping psync replconf role slowlog sync time'.split(
    ' ',
  ),
);

export default defineRule({
  scope: 'node',
  needs: { slowlog, clock },
  explains: ['slow-commands-present', 'command-latency-p99-high'],
  tells: 'SLOWLOG GET holds GET, SET and other commands on one small value; a heavy command slows only itself.',
  more:
    'Commands that touch one small thing took tens of milliseconds, so the process was not running: no command is to blame. ' +
    'Usually the host is short of processor time (a neighbour, a container quota), swaps, or merges huge pages. ' +
    'Look at steal and throttling, swap and transparent huge pages there; redis-cli --intrinsic-latency measures it, but burns a core while it does.',
  check({ slowlog, clock }, { node, threshold }) {
    const since = clock.now.epochSeconds - WINDOW_SECONDS;
    const least = threshold('spike_ms', SPIKE_MS);
    const events = readingIfAny(node, latencyLatest)?.now ?? [];
    const forkedSince = forks(node) > 0 ? clock.now.epochSeconds - slowlog.seconds - 1 : Number.POSITIVE_INFINITY;
    const spikes = loggedSince(slowlog, since).filter(
      (entry) =>
        isSpike(entry, least) && entry.at < forkedSince && !events.some((event) => isOwnPause(event, entry.at)),
    );
    const event = latestSince(events, ['fast-command'], since);
    const seconds = new Set(spikes.map(({ at }) => at));
    if (event && event.latestMs > least && !events.some((other) => isOwnPause(other, event.at))) seconds.add(event.at);
    if (seconds.size < threshold('fewest', FEWEST)) return;
    const worst = Math.max(event?.latestMs ?? 0, ...spikes.map(({ microseconds }) => microseconds / 1000));
    return {
      severity: 'warning',
      headline: `Quick commands took up to ${milliseconds(worst)} in ${seconds.size} seconds of the last minute: the process was held up from outside`,
      evidence: [
        ...examples(spikes, least),
        ...(event
          ? [{ field: 'latency event fast-command', value: `${event.latestMs} ms`, expected: `<= ${least} ms` }]
          : []),
      ],
    };
  },
});

function isSpike(entry: SlowEntry, least: number): boolean {
  return entry.microseconds > least * 1000 && isIndependentOfData(entry) && !NOT_OF_APPLICATIONS.has(entry.command);
}

/** At the same second, give or take one. */
function isOwnPause({ name, at }: LatencyEvent, moment: number): boolean {
  return OWN_PAUSES.test(name) && Math.abs(at - moment) <= 1;
}

/** Between the samples: writing to pages that a child shares is slow at first. */
function forks(node: ReadNode): number {
  const counters = readingIfAny(node, stats);
  return (counters && growth(counters, (sample) => sample.total_forks)) ?? 0;
}

function examples(spikes: readonly SlowEntry[], least: number) {
  return spikes
    .toSorted((one, other) => other.microseconds - one.microseconds)
    .slice(0, 3)
    .map(({ command, microseconds }) => ({
      field: `slowlog ${command}`,
      value: `${microseconds} us`,
      expected: `<= ${least * 1000} us`,
    }));
}
