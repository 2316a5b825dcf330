import { createHash } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type { TargetName } from '../../domain/ids.ts';
import { KEPT_FIELDS } from '../../domain/kept-fields.ts';
import { pack, thinned, unpack } from '../../domain/packed-series.ts';
import type { Point } from '../../domain/series.ts';
import type { WatchTx } from '../../flow/watch/watch-tx.ts';
import type { Tables } from './tables.ts';

type Part = Pick<WatchTx, 'seriesOf' | 'packSeries' | 'dropSeries'>;

const HOUR = 3_600_000;

export function series(db: Transaction<Tables>): Part {
  return {
    async seriesOf(target, since) {
      const packed = await db
        .selectFrom('seriesHour')
        .select(['node', 'points'])
        .where('target', '=', target)
        .where('hour', '>=', hourOf(since))
        .orderBy('node')
        .orderBy('hour')
        .execute();
      const recent = await db
        .selectFrom('point')
        .selectAll()
        .where('target', '=', target)
        .where('at', '>=', since)
        .where('shape', '=', SHAPE)
        .orderBy('node')
        .orderBy('at')
        .execute();
      const series = new Map<string, Point[]>();
      const add = (node: string, points: readonly Point[]) => {
        const young = points.filter(({ at }) => at >= since);
        if (young.length > 0) series.set(node, [...(series.get(node) ?? []), ...young]);
      };
      for (const [node, hours] of Map.groupBy(packed, (row) => row.node)) {
        add(
          node,
          hours.flatMap(({ points }) => unpack(points)),
        );
      }
      for (const [node, rows] of Map.groupBy(recent, (row) => row.node)) add(node, rows.map(pointOf));
      return series;
    },

    async packSeries(before) {
      const oldest = await db
        .selectFrom('point')
        .select(['target', 'node', 'at'])
        .where('at', '<', hourOf(before))
        .orderBy('at')
        .limit(1)
        .executeTakeFirst();
      if (!oldest) return false;
      const { target, node } = oldest;
      const hour = hourOf(oldest.at);
      const gone = await db
        .deleteFrom('point')
        .where('target', '=', target)
        .where('node', '=', node)
        .where('at', '>=', hour)
        .where('at', '<', hour + HOUR)
        .returningAll()
        .execute();
      const known = await db
        .selectFrom('seriesHour')
        .select('points')
        .where('target', '=', target)
        .where('node', '=', node)
        .where('hour', '=', hour)
        .executeTakeFirst();
      const points = [
        ...(known ? unpack(known.points) : []),
        ...gone.filter(({ shape }) => shape === SHAPE).map(pointOf),
      ];
      const packed = JSON.stringify(pack(thinned(points.toSorted((one, other) => one.at - other.at))));
      await db
        .insertInto('seriesHour')
        .values({ target, node, hour, points: packed })
        .onConflict((conflict) => conflict.columns(['target', 'node', 'hour']).doUpdateSet({ points: packed }))
        .execute();
      return true;
    },

    async dropSeries(before) {
      await db.deleteFrom('seriesHour').where('hour', '<', hourOf(before)).execute();
      await db.deleteFrom('point').where('at', '<', before).execute();
      await db.deleteFrom('sample').where('at', '<', before).execute();
      await db.deleteFrom('standing').where('seenAt', '<', before).execute();
    },
  };
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}

/** One that is known already stays. */
export async function addPoint(db: Transaction<Tables>, target: TargetName, node: string, point: Point): Promise<void> {
  const { replId = null, values, ...moment } = point;
  const fields = JSON.stringify(KEPT_FIELDS.map((field) => values[field] ?? null));
  await db
    .insertInto('point')
    .values({ target, node, ...moment, replId, shape: SHAPE, fields })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Points without the names of their fields are a third as long. Those of a version that kept other fields are not read. */
const SHAPE = createHash('sha256').update(KEPT_FIELDS.join()).digest().readInt32BE();

function pointOf({ at, runId, role, replId, fields }: Selectable<Tables['point']>): Point {
  const values: Record<string, number> = {};
  for (const [index, value] of fields.entries()) {
    const field = KEPT_FIELDS[index];
    if (field !== undefined && value !== null) values[field] = value;
  }
  return { at, runId, role, ...(replId !== null && { replId }), values };
}
