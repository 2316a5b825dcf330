import type { Transaction } from 'kysely';
import type { WatchTx } from '../../flow/watch/watch-tx.ts';
import type { Tables } from './tables.ts';

type Part = Pick<WatchTx, 'standingsOf' | 'saveStandings'>;

export function standings(db: Transaction<Tables>): Part {
  return {
    async standingsOf(targets) {
      const rows = await db.selectFrom('standing').selectAll().where('target', 'in', targets).execute();
      const byTarget = Map.groupBy(rows, ({ target }) => target);
      return new Map(
        [...byTarget].map(([target, all]) => [target, all.map(({ target: _target, ...standing }) => standing)]),
      );
    },

    async saveStandings(target, all) {
      await db.deleteFrom('standing').where('target', '=', target).execute();
      if (all.length === 0) return;
      await db
        .insertInto('standing')
        .values(all.map((standing) => ({ ...standing, target })))
        .execute();
    },
  };
}
