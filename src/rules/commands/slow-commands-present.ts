import { describeCaller } from '../../domain/caller.ts';
import { commandLoad, filledBy } from '../../domain/command-load.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { isIndependentOfData, loggedSince, quietSince, type SlowEntry } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';
import clock from '../../probes/clock.ts';
import commandLog from '../../probes/command-log.ts';
import commandStats from '../../probes/command-stats.ts';
import latencyHistogram from '../../probes/latency-histogram.ts';
import observabilityConfig from '../../probes/observability-config.ts';
import slowlog, { hasGap } from '../../probes/slowlog.ts';
import stats from '../../probes/stats.ts';

/** A diagnosis watches for two seconds, so the server's own log of the last minute counts as now. */
const WINDOW_SECONDS = 60;

/** Redis' own default of what is slow. Nothing else is served meanwhile. */
const SLOW_MS = 10;
const VERY_SLOW_MS = 100;

/** Share of the minute that went into slow commands alone. */
const BUSY_SHARE = 0.05;

/** From here SLOWLOG would not even hold what is very slow. */
const BLIND_ABOVE_US = 100_000;

const SHOWN = 5;

const ROLLED_OVER = 'SLOWLOG rolled over between the two samples: it logs too much';

export default defineRule({
  scope: 'node',
  needs: { slowlog, clock },
  explains: ['command-latency-p99-high', 'replica-ack-lag', 'replica-lag-bytes', 'tcp-backlog-capped'],
  tells: 'INFO commandstats shows a few calls with a high usec_per_call taking most of the time.',
  more:
    'Redis runs one command at a time, so each of these held up every other client for as long as it ran. ' +
    'Usually a command walks a large collection or keyspace (KEYS, HGETALL, SMEMBERS, long scripts). ' +
    'Find the caller by its name, and page with the SCAN family or ask for fewer elements.',
  check({ slowlog, clock }, { node, threshold }) {
    const slowUs = threshold('slow_ms', SLOW_MS) * 1000;
    const since = clock.now.epochSeconds - WINDOW_SECONDS;
    const slow = loggedSince(slowlog, since).filter(({ microseconds }) => microseconds >= slowUs);
    const heavy = slow.filter((entry) => !isIndependentOfData(entry));
    if (slow.length === 0) {
      if (hasGap(slowlog)) return uncounted(node) ?? { unassessed: ROLLED_OVER };
      return blindness(readingIfAny(node, observabilityConfig)?.now);
    }
    const judged = heavy.length > 0 ? heavy : slow;
    const slowest = Math.max(...judged.map(({ microseconds }) => microseconds));
    const share = judged.reduce((sum, { microseconds }) => sum + microseconds, 0) / 1_000_000 / WINDOW_SECONDS;
    const evidence = byCommand(judged)
      .slice(0, SHOWN)
      .map((entries) => evidenceOf(entries, slowUs));
    if (heavy.length === 0) {
      return {
        severity: 'info',
        headline: `${count(slow)} up to ${ms(slowest)}, but only such as do little work: look at pauses and forks of the host, not at the commands`,
        evidence,
      };
    }
    const quiet = quietSince(heavy, clock.now.epochSeconds, slowlog.seconds);
    if (quiet !== undefined) {
      return {
        severity: 'info',
        headline: `${count(heavy)} in the last minute, the slowest ${ms(slowest)} (${heaviest(heavy).toUpperCase()}), and none for ${Math.round(quiet)} s`,
        evidence,
      };
    }
    const verySlowUs = threshold('very_slow_ms', VERY_SLOW_MS) * 1000;
    return {
      severity: slowest >= verySlowUs || share > BUSY_SHARE ? 'high' : 'warning',
      headline: `${count(heavy)} in the last minute, the slowest ${ms(slowest)} (${heaviest(heavy).toUpperCase()})`,
      evidence,
      explains: filledBy(readingIfAny(node, commandStats), new Set(heavy.map(({ command }) => command))),
    };
  },
  load: (node) =>
    commandLoad({
      node: node.name,
      now: readingIfAny(node, clock)?.now.epochSeconds,
      stats: readingIfAny(node, commandStats),
      histograms: readingIfAny(node, latencyHistogram),
      slowlog: readingIfAny(node, slowlog),
      commandLog: readingIfAny(node, commandLog),
      clients: readingIfAny(node, clientList)?.now,
    }),
});

/** Redis 8.8 and newer count what is slow, so that they know of more than the log holds. */
function uncounted(node: ReadNode): Found | undefined {
  const counters = readingIfAny(node, stats);
  const slow = counters && growth(counters, (sample) => sample.slowlog_commands_count);
  const spent = counters && growth(counters, (sample) => sample.slowlog_commands_time_ms_sum);
  if (!counters || !slow || spent === undefined || spent / slow < SLOW_MS) return;
  const share = spent / 1000 / counters.seconds;
  return {
    severity: share > BUSY_SHARE ? 'high' : 'warning',
    headline: `${slow} slow commands in ${duration(counters.seconds)} took ${percent(share)} of the time, more than SLOWLOG holds`,
    evidence: [{ field: 'slowlog_commands_count', value: `+${slow}`, expected: '+0' }],
  };
}

function blindness(config: { slowlog_log_slower_than: number; slowlog_max_len: number | undefined } | undefined) {
  if (!config) return;
  const { slowlog_log_slower_than: threshold, slowlog_max_len } = config;
  if (threshold < 0 || slowlog_max_len === 0) return { unassessed: 'SLOWLOG is switched off on this server' };
  if (threshold > BLIND_ABOVE_US) return { unassessed: `SLOWLOG holds only commands above ${ms(threshold)}` };
  return;
}

function byCommand(entries: readonly SlowEntry[]): SlowEntry[][] {
  const groups = Map.groupBy(entries, ({ command }) => command);
  const longest = (group: readonly SlowEntry[]) => Math.max(...group.map(({ microseconds }) => microseconds));
  return [...groups.values()].toSorted((one, other) => longest(other) - longest(one));
}

function heaviest(entries: readonly SlowEntry[]): string {
  return byCommand(entries)[0]?.[0]?.command ?? '';
}

function evidenceOf(entries: readonly SlowEntry[], slowUs: number): Evidence {
  const slowest = entries.reduce((one, other) => (other.microseconds > one.microseconds ? other : one));
  const who = describeCaller(slowest.client, slowest.clientName);
  return {
    field: `slowlog ${slowest.command}`,
    value: `${slowest.microseconds} us, ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, from ${who}`,
    expected: `< ${slowUs} us`,
  };
}

function count(entries: readonly SlowEntry[]): string {
  return `${entries.length} slow ${entries.length === 1 ? 'command' : 'commands'}`;
}

function ms(microseconds: number): string {
  return `${Math.round(microseconds / 1000)} ms`;
}
