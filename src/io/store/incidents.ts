import { sql, type Transaction } from 'kysely';
import type { Incident } from '../../domain/incident.ts';
import type { Tx } from '../../flow/ports.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'addIncident' | 'incident' | 'openIncidentOf' | 'incidents' | 'saveIncident'>;

export function incidents(db: Transaction<Tables>): Part {
  return {
    async addIncident(incident) {
      const added = await db
        .insertInto('incident')
        .values(row(incident))
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return added !== undefined;
    },

    async incident(id, options) {
      return await db
        .selectFrom('incident')
        .selectAll()
        .where('id', '=', id)
        .$if(options?.lock === true, (query) => query.forUpdate())
        .executeTakeFirst();
    },

    async openIncidentOf(target, options) {
      return await db
        .selectFrom('incident')
        .selectAll()
        .where('target', '=', target)
        .where('state', '=', 'open')
        .orderBy('openedAt', 'desc')
        .limit(1)
        .$if(options?.lock === true, (query) => query.forUpdate())
        .executeTakeFirst();
    },

    async incidents({ state, limit }) {
      return await db
        .selectFrom('incident')
        .selectAll()
        .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'open'))
        .orderBy(sql`state = 'open'`, 'desc')
        .orderBy('openedAt', 'desc')
        .limit(limit)
        .execute();
    },

    async saveIncident(incident) {
      const { id, ...rest } = row(incident);
      await db.updateTable('incident').set(rest).where('id', '=', id).execute();
    },
  };
}

function row(incident: Incident) {
  return { ...clean(incident), report: incident.report && JSON.stringify(incident.report) };
}
