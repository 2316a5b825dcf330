import { z } from 'zod';
import { describeProgram, type ListedClient } from './caller.ts';
import { between, type Histogram, percentile } from './histogram.ts';
import { growth, type Reading } from './probe.ts';
import { replacementFor } from './replacements.ts';
import { type LargeEntry, type LoggedCommand, loggedSince, partOf, type SlowEntry } from './slow-log.ts';

/** A command and what it took of the thread that runs them all, between the two samples. */
export const BusyCommand = z.object({
  command: z.string(),
  calls: z.number(),
  ms: z.number(),
  /** Of the time between the samples. */
  share: z.number(),
  /** No more than this took the half, and 99 of 100, of these calls; null where no histogram was read. Milliseconds. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
export type BusyCommand = z.infer<typeof BusyCommand>;

/** Logged calls of one shape by one caller. */
const Logged = z.object({
  /** The command without what people put into it: `HGETALL <key>`. */
  shape: z.string(),
  caller: z.string(),
  count: z.number(),
  /** What to use instead. */
  instead: z.string().nullable(),
});
export const SlowCalls = Logged.extend({
  totalMs: z.number(),
  maxMs: z.number(),
  /** Of the time that the log was looked at for. */
  share: z.number(),
});
export type SlowCalls = z.infer<typeof SlowCalls>;
export const LargeCalls = Logged.extend({
  kind: z.enum(['request', 'reply']),
  totalBytes: z.number(),
  maxBytes: z.number(),
});
export type LargeCalls = z.infer<typeof LargeCalls>;

/** What one server did with its time: who was slow, and which commands took how much of it. */
export const CommandLoad = z.object({
  node: z.string(),
  /** Between the two samples; 0 when there was one only, and nothing is known of `busiest`. */
  seconds: z.number(),
  busiest: z.array(BusyCommand),
  /** For how long back the logs were looked at. */
  logSeconds: z.number(),
  slow: z.array(SlowCalls),
  large: z.array(LargeCalls),
});
export type CommandLoad = z.infer<typeof CommandLoad>;

interface Counters {
  calls: number;
  usec: number;
}

/** What was read of a server; what could not be read is left out. */
export interface LoadReadings {
  node: string;
  /** The server's clock, epoch seconds. */
  now?: number | undefined;
  stats?: Reading<{ commands: ReadonlyMap<string, Counters> }> | undefined;
  histograms?: Reading<{ histograms: ReadonlyMap<string, Histogram> }> | undefined;
  slowlog?: Reading<SlowEntry[]> | undefined;
  commandLog?: Reading<{ requests: LargeEntry[]; replies: LargeEntry[] }> | undefined;
  clients?: readonly ListedClient[] | undefined;
}

/** The logs hold what the pair misses: the last minute, or more when the samples are further apart. */
const LOG_SECONDS = 60;

/** Where everything is logged, what took less than this is not slow. Microseconds. */
const SLOW_US = 1000;

/** Below this share of the time a command keeps nobody waiting. */
const SHARE = 0.001;

const BUSIEST = 8;
const GROUPS = 10;

/** Undefined where there is nothing to tell. */
export function commandLoad(read: LoadReadings): CommandLoad | undefined {
  const logSeconds = Math.max(LOG_SECONDS, read.slowlog?.seconds ?? 0);
  const load: CommandLoad = {
    node: read.node,
    seconds: read.stats?.seconds ?? 0,
    busiest: read.stats ? busiest(read.stats, read.histograms) : [],
    logSeconds,
    slow: slowCalls(read, logSeconds),
    large: largeCalls(read, logSeconds),
  };
  return load.busiest.length + load.slow.length + load.large.length > 0 ? load : undefined;
}

function busiest(stats: NonNullable<LoadReadings['stats']>, histograms: LoadReadings['histograms']): BusyCommand[] {
  if (stats.before === undefined) return [];
  const grown = (name: string, what: keyof Counters) =>
    growth(stats, ({ commands }) => commands.get(name)?.[what] ?? 0) ?? 0;
  return [...stats.now.commands.keys()]
    .map((command) => ({ command, calls: grown(command, 'calls'), usec: grown(command, 'usec') }))
    .filter(({ usec }) => usec / 1_000_000 >= SHARE * stats.seconds && usec > 0)
    .toSorted((one, other) => other.usec - one.usec)
    .slice(0, BUSIEST)
    .map(({ command, calls, usec }) => ({
      command,
      calls,
      ms: usec / 1000,
      share: usec / 1_000_000 / stats.seconds,
      ...percentiles(histogramOf(command, histograms, stats.before)),
    }));
}

/** A core counts as busy from 70 % on: commands that take half of that are why. */
const FILLS = 0.35;

/** The findings on a full server that these commands account for: none, unless they take a good part of the time. */
export function filledBy(
  stats: Reading<{ commands: ReadonlyMap<string, Counters> }> | undefined,
  names: Iterable<string>,
) {
  if (!stats?.before) return [];
  const used = [...names].map((name) => growth(stats, ({ commands }) => commands.get(name)?.usec ?? 0) ?? 0);
  return sum(used) / 1_000_000 / stats.seconds >= FILLS ? ['engine-cpu-saturated', 'event-loop-saturated'] : [];
}

/** The calls of a command between the samples; one that ran for the first time has no histogram before. */
export function histogramOf(
  command: string,
  histograms: LoadReadings['histograms'],
  statsBefore: { commands: ReadonlyMap<string, Counters> } | undefined,
): Histogram | undefined {
  const now = histograms?.now.histograms.get(command);
  if (now === undefined || histograms?.before === undefined) return undefined;
  const before = histograms.before.histograms.get(command);
  if (before === undefined && statsBefore?.commands.has(command)) return undefined;
  return between(now, before);
}

function percentiles(histogram: Histogram | undefined): Pick<BusyCommand, 'p50Ms' | 'p99Ms'> {
  const ms = (of: number) => {
    const found = histogram && percentile(histogram, of);
    return found === undefined ? null : found.atMost / 1000;
  };
  return { p50Ms: ms(0.5), p99Ms: ms(0.99) };
}

function slowCalls(read: LoadReadings, logSeconds: number): SlowCalls[] {
  if (!read.slowlog || read.now === undefined) return [];
  const slow = loggedSince(read.slowlog, read.now - logSeconds).filter(({ microseconds }) => microseconds >= SLOW_US);
  return grouped(slow, read.clients ?? [])
    .map(({ entries, ...group }) => {
      const total = sum(entries.map(({ microseconds }) => microseconds));
      return {
        ...group,
        totalMs: total / 1000,
        maxMs: Math.max(...entries.map(({ microseconds }) => microseconds)) / 1000,
        share: total / 1_000_000 / logSeconds,
      };
    })
    .toSorted((one, other) => other.totalMs - one.totalMs)
    .slice(0, GROUPS);
}

function largeCalls(read: LoadReadings, logSeconds: number): LargeCalls[] {
  const { commandLog, now, clients = [] } = read;
  if (!commandLog || now === undefined) return [];
  const of = (kind: LargeCalls['kind'], log: 'requests' | 'replies') =>
    grouped(loggedSince(partOf(commandLog, log), now - logSeconds), clients).map(({ entries, ...group }) => ({
      ...group,
      kind,
      totalBytes: sum(entries.map(({ bytes }) => bytes)),
      maxBytes: Math.max(...entries.map(({ bytes }) => bytes)),
    }));
  return [...of('request', 'requests'), ...of('reply', 'replies')]
    .toSorted((one, other) => other.totalBytes - one.totalBytes)
    .slice(0, GROUPS);
}

/** Calls that look alike and come from the same program. */
function grouped<E extends LoggedCommand>(entries: readonly E[], clients: readonly ListedClient[]) {
  const callerOf = ({ client, clientName }: E) => describeProgram(client, clientName, clients);
  const groups = Map.groupBy(entries, (entry) => `${entry.shape}\n${callerOf(entry)}`) as Map<string, [E, ...E[]]>;
  return [...groups.values()].map((group) => ({
    shape: group[0].shape,
    caller: callerOf(group[0]),
    count: group.length,
    instead: replacementFor(group[0]) ?? null,
    entries: group,
  }));
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
