import { type Point, thousandths } from './series.ts';

/** Points as they are stored: columns of differences, which are small numbers, and one number where nothing changed. */
export interface PackedSeries {
  at: number[];
  /** Who the server was, and for how many points. */
  lives: { runId: string; role: Point['role']; replId?: string; points: number }[];
  /** A column that is missing in some of the points has null there. */
  fields: Record<string, (number | null)[]>;
}

/** Of what is older than the trends that rules look at: an hour of the day still has thirty of them for its baseline. */
const EVERY_MS = 120_000;

/** One point in two minutes, and every one at which the server had restarted or changed its role or its data. */
export function thinned(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let before: Point | undefined;
  for (const point of points) {
    const last = kept.at(-1);
    const isNext = !last || Math.floor(point.at / EVERY_MS) > Math.floor(last.at / EVERY_MS);
    if (isNext || !before || !isSameLife(before, point)) kept.push(point);
    before = point;
  }
  return kept;
}

export function pack(points: readonly Point[]): PackedSeries {
  const lives: PackedSeries['lives'] = [];
  for (const [index, point] of points.entries()) {
    const { runId, role, replId } = point;
    const before = points[index - 1];
    const life = lives.at(-1);
    if (life && before && isSameLife(before, point)) life.points += 1;
    else lives.push({ runId, role, ...(replId !== undefined && { replId }), points: 1 });
  }
  const names = new Set(points.flatMap(({ values }) => Object.keys(values)));
  const column = (name: string) => differences(points.map(({ values }) => values[name] ?? null));
  return {
    at: differences(points.map(({ at }) => at)) as number[],
    lives,
    fields: Object.fromEntries([...names].map((name) => [name, column(name)])),
  };
}

export function unpack({ at, lives, fields }: PackedSeries): Point[] {
  const count = lives.reduce((sum, { points }) => sum + points, 0);
  const columns = Object.entries(fields).map(([name, column]) => ({ name, values: sums(column, count) }));
  const moments = sums(at, count);
  // Copies of one object are made at once; one that grows field by field is moved many times.
  const whole = columns.filter(({ values }) => !values.includes(Number.NaN)).map(({ name }) => [name, 0] as const);
  const template: Record<string, number> = Object.fromEntries(whole);
  const points: Point[] = [];
  for (const { points: many, ...life } of lives) {
    for (let left = many; left > 0; left -= 1) {
      const index = points.length;
      const read: Record<string, number> = { ...template };
      for (const { name, values } of columns) {
        const value = values[index];
        if (value !== undefined && !Number.isNaN(value)) read[name] = value;
      }
      points.push({ at: moments[index] ?? 0, ...life, values: read });
    }
  }
  return points;
}

function isSameLife(one: Point, other: Point): boolean {
  return one.runId === other.runId && one.role === other.role && one.replId === other.replId;
}

/** The first value and then what each differs from the one before; the first alone when none does. */
function differences(column: readonly (number | null)[]): (number | null)[] {
  let before = 0;
  const packed = column.map((value) => {
    if (value === null) return null;
    const difference = thousandths(value - before);
    before = value;
    return difference;
  });
  return packed.slice(1).every((difference) => difference === 0) ? packed.slice(0, 1) : packed;
}

/** The values again, as many as there are points; NaN where there is none. */
function sums(packed: readonly (number | null)[], count: number): Float64Array {
  const column = new Float64Array(count);
  if (packed.length === 1) return column.fill(packed[0] ?? Number.NaN);
  let value = 0;
  for (const [index, difference] of packed.entries()) {
    if (difference !== null) value = thousandths(value + difference);
    column[index] = difference === null ? Number.NaN : value;
  }
  return column;
}
