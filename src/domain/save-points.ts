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
