import type { Transaction } from 'kysely';
import type { KeyScan } from '../../domain/keys/key-scan.ts';
import type { Tx } from '../../flow/ports.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'keyScan' | 'lastKeyScan' | 'runningKeyScans' | 'saveKeyScan'>;

export function keyScans(db: Transaction<Tables>): Part {
  const all = () => db.selectFrom('keyScan').selectAll();
  return {
    async keyScan(incident, options) {
      return await all()
        .where('incident', '=', incident)
        .$if(options?.lock === true, (query) => query.forUpdate())
        .executeTakeFirst();
    },

    async lastKeyScan(target, except) {
      return await all()
        .where('target', '=', target)
        .where('state', '=', 'ended')
        .where('incident', '<>', except)
        .orderBy('startedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
    },

    async runningKeyScans() {
      return await all().where('state', '=', 'running').limit(100).execute();
    },

    async saveKeyScan(scan) {
      const values = row(scan);
      await db
        .insertInto('keyScan')
        .values(values)
        .onConflict((conflict) => conflict.column('incident').doUpdateSet(values))
        .execute();
    },
  };
}

function row({ progress, ...scan }: KeyScan) {
  return { ...scan, progress: JSON.stringify(progress) };
}
