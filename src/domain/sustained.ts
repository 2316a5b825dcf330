import type { Severity } from './finding.ts';
import { growth, type Reading } from './probe.ts';
import { type Point, rateBetween } from './series.ts';
import { historyOf, type ReadNode, type Snapshot } from './snapshot.ts';

/** One burst is no saturation: it counts when it fills three samples in a row, or one this long. Seconds. */
const SAMPLES = 3;
const LONG = 10;

/** What `watch` kept longer ago than this says nothing of now. */
const RECENT_MS = 10 * 60 * 1000;

/** In a pair shorter than this a single command can look like load. Seconds. */
export const SHORTEST_PAIR = 1;

export interface Sustained {
  /** Of the time: in the pair, or the least of the last three samples where `watch` keeps some. */
  share: number;
  /** It is known to last, so that it is no single burst. */
  lasts: boolean;
  /** The time that was looked at. */
  seconds: number;
}

/** A counter of time as the probe reads it and as `watch` keeps it: fields of INFO that are added, in `perSecond` units. */
export interface BusyCounter<T> {
  of: (sample: T) => number | undefined;
  fields: readonly string[];
  perSecond: number;
}

/** How much of the time a counter of time grew by, and whether that lasts; undefined without a pair. */
export function sustained<T>(
  { snapshot, node }: { snapshot: Snapshot; node: ReadNode },
  reading: Reading<T>,
  { of, fields, perSecond }: BusyCounter<T>,
): Sustained | undefined {
  const used = growth(reading, of);
  if (used === undefined || reading.seconds <= 0) return undefined;
  const { seconds } = reading;
  const pair = { share: used / perSecond / seconds, seconds };
  const history = historyOf(snapshot, node).filter(
    ({ at, runId }) => runId === node.identity.runId && snapshot.takenAt - at <= RECENT_MS,
  );
  const windows = [...sharesOf(history, fields, perSecond).slice(1 - SAMPLES), pair];
  if (windows.length < SAMPLES) return { ...pair, lasts: seconds >= LONG };
  return {
    share: Math.min(...windows.map(({ share }) => share)),
    lasts: true,
    seconds: windows.reduce((sum, window) => sum + window.seconds, 0),
  };
}

/** A burst may be over before anybody looks: what is not known to last is told one step lower. */
export function loadSeverity({ share, lasts }: Pick<Sustained, 'share' | 'lasts'>, critical: number): Severity {
  if (share >= critical) return lasts ? 'critical' : 'warning';
  return lasts ? 'warning' : 'info';
}

/** The same for each stretch between two kept samples, oldest first. */
function sharesOf(history: readonly Point[], fields: readonly string[], perSecond: number) {
  return history.flatMap((after, index) => {
    const before = history[index - 1];
    if (!before) return [];
    const rates = fields.map((field) => rateBetween(before, after, field));
    const known = rates.filter((rate) => rate !== undefined);
    if (known.length < rates.length) return [];
    const share = known.reduce((sum, rate) => sum + rate, 0) / perSecond;
    return [{ share, seconds: (after.at - before.at) / 1000 }];
  });
}
