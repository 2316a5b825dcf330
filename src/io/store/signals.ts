import { sql, type Transaction } from 'kysely';
import type { Tx } from '../../flow/ports.ts';
import { clean, cleanText } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'addSignal' | 'signalsOf' | 'incidentsFiring'>;

export function signals(db: Transaction<Tables>): Part {
  return {
    async addSignal(signal, target, incident, at) {
      const row = { ...clean(signal), labels: JSON.stringify(signal.labels), target, incident, at };
      const added = await db
        .insertInto('signal')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('seq')
        .executeTakeFirst();
      return added !== undefined;
    },

    async signalsOf(incident) {
      return await db
        .selectFrom('signal')
        .distinctOn(['source', 'fingerprint'])
        .select(['source', 'fingerprint', 'status', 'startsAt', 'name', 'summary', 'labels'])
        .where('incident', '=', incident)
        .orderBy('source')
        .orderBy('fingerprint')
        .orderBy('seq', 'desc')
        .execute();
    },

    async incidentsFiring(source, fingerprint) {
      return await db
        .selectFrom('incident')
        .selectAll()
        .where('state', '=', 'open')
        .where((where) =>
          where.exists(
            where
              .selectFrom('signal as firing')
              .select(sql`1`.as('one'))
              .whereRef('firing.incident', '=', 'incident.id')
              .where('firing.source', '=', cleanText(source))
              .where('firing.fingerprint', '=', cleanText(fingerprint))
              .where('firing.status', '=', 'firing')
              .where((still) =>
                still.not(
                  still.exists(
                    still
                      .selectFrom('signal as resolved')
                      .select(sql`1`.as('one'))
                      .whereRef('resolved.source', '=', 'firing.source')
                      .whereRef('resolved.fingerprint', '=', 'firing.fingerprint')
                      .where('resolved.status', '=', 'resolved')
                      .whereRef('resolved.startsAt', '>=', 'firing.startsAt'),
                  ),
                ),
              ),
          ),
        )
        .orderBy('openedAt')
        .execute();
    },
  };
}
