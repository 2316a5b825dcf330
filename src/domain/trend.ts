import { quantile } from './baseline.ts';

export interface Measured {
  /** Epoch ms. */
  at: number;
  value: number;
}

/** How a value grows, by Theil and Sen: the median of the slopes between every two points, which a few odd ones do not move. */
export interface Trend {
  perSecond: number;
  /** Half of the slopes lie between these. */
  low: number;
  high: number;
  count: number;
  /** From the first to the last point. */
  seconds: number;
}

/** So many points are 1770 pairs. */
const MOST = 60;

/** Undefined from less than two moments. */
export function trendOf(points: readonly Measured[]): Trend | undefined {
  const chosen = spread(points, MOST);
  const slopes = chosen.flatMap((one, index) =>
    chosen.slice(index + 1).flatMap((other) => (other.at > one.at ? [slope(one, other)] : [])),
  );
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (!first || !last || slopes.length === 0) return undefined;
  const sorted = slopes.toSorted((one, other) => one - other);
  return {
    perSecond: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: points.length,
    seconds: (last.at - first.at) / 1000,
  };
}

function slope(one: Measured, other: Measured): number {
  return ((other.value - one.value) / (other.at - one.at)) * 1000;
}

/** At most so many points, evenly taken, the last among them. */
export function spread<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => points[Math.round(at * step)]).filter((point) => point !== undefined);
}

const BARS = '▁▂▃▄▅▆▇█';

/** The values as a line of bars, from the smallest to the largest; undefined from less than two. */
export function sparkline(values: readonly number[], width = 24): string | undefined {
  if (values.length < 2) return undefined;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const height = (value: number) => (most === least ? 0 : (value - least) / (most - least));
  return spread(values, width)
    .map((value) => BARS[Math.round(height(value) * (BARS.length - 1))])
    .join('');
}
