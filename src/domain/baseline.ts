import { type Point, rateBetween } from './series.ts';

/** What a server usually does at this hour of the day. */
export interface Usual {
  median: number;
  /** Half of the values lie within this distance of the median. */
  spread: number;
  /** How many values of earlier days this is drawn from. */
  count: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Either side of the same time on earlier days. */
const AROUND = 30 * MINUTE;

/** A fault that lasts for hours must not become its own baseline: only days that are over count. */
const EARLIER = 12 * 60 * MINUTE;

/** Fewer values than this, which are two minutes apart, say nothing about an hour. */
const ENOUGH = 20;

/** Two points further apart than this have a gap between them, in which anything may have happened. */
const GAP = 5 * MINUTE;

/** The usual rate per second of a counter at this hour of the day; undefined without enough history of earlier days. */
export function usual(history: readonly Point[], counter: string, at: number): Usual | undefined {
  const rates: number[] = [];
  for (const [index, after] of history.entries()) {
    const before = history[index - 1];
    if (!before || !isSameHour(after.at, at) || after.at - before.at > GAP) continue;
    const rate = rateBetween(before, after, counter);
    if (rate !== undefined) rates.push(rate);
  }
  return summary(rates);
}

/** The usual value of a gauge, such as `blocked_clients`, at this hour of the day; undefined without enough history. */
export function usualLevel(history: readonly Point[], gauge: string, at: number): Usual | undefined {
  const levels = history.filter((point) => isSameHour(point.at, at)).map((point) => point.values[gauge]);
  return summary(levels.filter((level) => level !== undefined));
}

function isSameHour(then: number, at: number): boolean {
  const ago = at - then;
  const off = ago % DAY;
  return ago > EARLIER && Math.min(off, DAY - off) <= AROUND;
}

function summary(values: readonly number[]): Usual | undefined {
  if (values.length < ENOUGH) return undefined;
  const middle = median(values);
  return { median: middle, spread: median(values.map((value) => Math.abs(value - middle))), count: values.length };
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((one, other) => one - other),
    0.5,
  );
}

/** The value below which this share of the sorted values lies; NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}
