/** How often a command took at most so many microseconds, cumulated: LATENCY HISTOGRAM's bounds double from 1 on. */
export interface Histogram {
  calls: number;
  /** Upper bound in microseconds -> calls that took no longer, in rising order; bounds where nothing was added are left out. */
  upTo: ReadonlyMap<number, number>;
}

/** Where a share of the calls ends: no longer than `atMost`, and longer than `above`. Microseconds. */
export interface Percentile {
  above: number;
  atMost: number;
}

/** What happened between two lifetime histograms; undefined when the counters went back. */
export function between(now: Histogram, before: Histogram | undefined): Histogram | undefined {
  const calls = now.calls - (before?.calls ?? 0);
  if (calls < 0) return undefined;
  const upTo = new Map<number, number>();
  const bounds = new Set([...now.upTo.keys(), ...(before?.upTo.keys() ?? [])]);
  for (const bound of [...bounds].sort((one, other) => one - other)) {
    upTo.set(bound, callsUpTo(now, bound) - (before ? callsUpTo(before, bound) : 0));
  }
  return { calls, upTo };
}

/** Calls that took no longer than `bound`. */
export function callsUpTo(histogram: Histogram, bound: number): number {
  let calls = 0;
  for (const [limit, count] of histogram.upTo) if (limit <= bound) calls = count;
  return calls;
}

/** The bucket that the share `of` (0.99) of the calls ends in; undefined without calls. */
export function percentile({ calls, upTo }: Histogram, of: number): Percentile | undefined {
  if (calls === 0) return undefined;
  for (const [bound, count] of upTo)
    if (count >= of * calls) return { above: bound <= 1 ? 0 : bound / 2, atMost: bound };
  return undefined;
}
