import type { Transaction } from 'kysely';
import type { AutoTx } from '../../flow/auto/auto-tx.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<AutoTx, 'automaticOf' | 'dueAutomatic' | 'ranAutomatically' | 'saveAutomatic'>;

export function automatic(db: Transaction<Tables>): Part {
  const all = () => db.selectFrom('automatic').selectAll();
  return {
    async automaticOf(proposal) {
      return await all().where('proposal', '=', proposal).executeTakeFirst();
    },

    async dueAutomatic(now) {
      return await all().where('state', '=', 'announced').where('dueAt', '<=', now).orderBy('dueAt').execute();
    },

    async ranAutomatically(target, since) {
      const ran = all().where('target', '=', target).where('state', '=', 'ran').where('ranAt', '>', since);
      return await ran.orderBy('ranAt', 'desc').execute();
    },

    async saveAutomatic(row) {
      const { state, dueAt, ranAt, because } = row;
      await db
        .insertInto('automatic')
        .values(clean(row))
        .onConflict((conflict) => conflict.column('proposal').doUpdateSet(clean({ state, dueAt, ranAt, because })))
        .execute();
    },
  };
}
