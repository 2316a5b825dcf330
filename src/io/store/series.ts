import type { Transaction } from 'kysely';
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
        .orderBy('node')
        .orderBy('at')
        .execute();
      const all = [
        ...packed.flatMap(({ node, points }) => unpack(points).map((point) => ({ node, point }))),
        ...recent.map((row) => ({ node: row.node, point: pointOf(row) })),
      ];
      const young = all.filter(({ point }) => point.at >= since);
      const byNode = Map.groupBy(young, ({ node }) => node);
      return new Map([...byNode].map(([node, points]) => [node, points.map(({ point }) => point)]));
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
      const points = [...(known ? unpack(known.points) : []), ...gone.map(pointOf)];
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

function pointOf(row: {
  at: number;
  runId: string;
  role: Point['role'];
  replId: string | null;
  fields: Point['values'];
}): Point {
  const { at, runId, role, replId, fields } = row;
  return { at, runId, role, ...(replId !== null && { replId }), values: fields };
}
