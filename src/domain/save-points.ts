import { type Reading, rate } from './probe.ts';

/** One `save` line: a snapshot is due after this many seconds when there were at least this many changes. */
export interface SavePoint {
  seconds: number;
  changes: number;
}

/** The save points of CONFIG GET save, `3600 1 300 100`; none when RDB snapshots are off. */
export function savePoints(text: string): SavePoint[] {
  const figures = text.split(/\s+/).filter(Boolean).map(Number);
  const points: SavePoint[] = [];
  for (let at = 0; at + 1 < figures.length; at += 2) {
    points.push({ seconds: figures[at] ?? 0, changes: figures[at + 1] ?? 0 });
  }
  return points;
}

/**
 * After how many seconds these save points take a snapshot, at this many changes a second: what a crash may lose.
 * Infinity where so few changes never make one due.
 */
export function saveInterval(points: readonly SavePoint[], changesPerSecond: number): number {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...points.map(({ seconds, changes }) => Math.max(seconds, changes <= 1 ? 0 : changes / changesPerSecond)),
  );
}

/** What is changed and when it was last saved. */
export interface Changes {
  rdb_changes_since_last_save: number;
  rdb_last_save_time: number;
}

/** Changes per second between the two samples; where a save set the count back, the average since that save. */
export function changeRate(reading: Reading<Changes>, epochSeconds: number): number {
  const measured = rate(reading, (sample) => sample.rdb_changes_since_last_save);
  if (measured !== undefined) return measured;
  const { rdb_changes_since_last_save: changes, rdb_last_save_time: saved } = reading.now;
  return changes / Math.max(1, epochSeconds - saved);
}
