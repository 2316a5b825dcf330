import type { Transaction } from 'kysely';
import type { Tx } from '../../flow/ports.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'paused' | 'setPaused'>;
type Pause = Awaited<ReturnType<Tx['paused']>>;

export function settings(db: Transaction<Tables>): Part {
  return {
    async paused() {
      const row = await db.selectFrom('setting').select('value').where('key', '=', 'paused').executeTakeFirst();
      return (row?.value ?? null) as Pause;
    },

    async setPaused(pause) {
      const value = JSON.stringify(pause);
      await db
        .insertInto('setting')
        .values({ key: 'paused', value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
  };
}
