import type { KeptSample } from '../../domain/kept-sample.ts';
import { thinned } from '../../domain/packed-series.ts';
import type { Point } from '../../domain/series.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Target } from '../../domain/target.ts';
import { sampleOf } from '../past.ts';
import type { Store } from '../ports.ts';
import type { Sample } from '../sample.ts';

/** What this process remembers of a target between two looks, so that the store need not be asked each time. */
export interface Memory {
  /** Epoch ms at which it was taken from the store. */
  recalledAt: number;
  /** The target as it turned out to be at the last look; undefined before the first. */
  target?: Target;
  /** The newest sample of each node, by its name. */
  samples: ReadonlyMap<string, Sample>;
  /** What rules need of the history at a look. */
  series: ReadonlyMap<string, readonly Point[]>;
  standings: readonly Standing[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Trends are judged over this time. */
const RECENT = 2 * HOUR;
/** Every sample of this time is remembered, of the time before one in two minutes. */
const FULL = 15 * MINUTE;
/** After this the baseline of another hour counts. */
const LASTS = HOUR;

/** What the store has of a target. */
export async function recall(store: Store, target: Target, now: number): Promise<Memory> {
  const { samples, series, standings } = await store.transaction(async (tx) => ({
    samples: await tx.samplesOf(target.name),
    series: await tx.seriesOf(target.name, 0),
    standings: (await tx.standingsOf([target.name])).get(target.name) ?? [],
  }));
  return {
    recalledAt: now,
    samples: new Map([...samples].flatMap(([node, kept]) => named(node, kept))),
    series: new Map([...series].map(([node, points]) => [node, wanted(points, now)])),
    standings,
  };
}

function named(node: string, kept: KeptSample): [string, Sample][] {
  const sample = sampleOf(kept);
  return sample ? [[node, sample]] : [];
}

/** False when another process has sampled since, or when an hour has passed. */
export function isCurrent(memory: Memory, sampledAt: ReadonlyMap<string, number>, now: number): boolean {
  const { samples, recalledAt } = memory;
  const isSame = [...samples].every(([node, { at }]) => sampledAt.get(node) === at) && samples.size === sampledAt.size;
  return isSame && now - recalledAt < LASTS;
}

/** With one more point of each node; those of nodes that are gone are forgotten. */
export function withPoints(memory: Memory, points: ReadonlyMap<string, Point>): Memory['series'] {
  return new Map([...points].map(([node, point]) => [node, trimmed([...(memory.series.get(node) ?? []), point])]));
}

/** The last two hours, and of earlier days the hour around this time of the day and the next. */
function wanted(points: readonly Point[], now: number): Point[] {
  const isWanted = ({ at }: Point) => {
    const offset = (((at - now) % DAY) + DAY) % DAY;
    return at >= now - RECENT || offset <= 1.5 * HOUR || offset >= DAY - HOUR / 2;
  };
  return points.filter(isWanted);
}

function trimmed(points: readonly Point[]): Point[] {
  const newest = points.at(-1)?.at ?? 0;
  const split = points.findIndex(({ at }) => at >= newest - FULL);
  const isLate = ({ at }: Point) => at < newest - RECENT && at > newest - DAY / 2;
  return [...thinned(points.slice(0, split)).filter((point) => !isLate(point)), ...points.slice(split)];
}
