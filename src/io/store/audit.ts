import type { Transaction } from 'kysely';
import { type AuditEvent, GENESIS, hashEvent } from '../../domain/audit-event.ts';
import type { Tx } from '../../flow/ports.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'audit' | 'auditEvents'>;

/** `appended` hears of each new row; it counts only once the transaction has committed. */
export function audit(db: Transaction<Tables>, appended: (event: AuditEvent) => void): Part {
  return {
    async audit(fact) {
      // No other transaction can append meanwhile: see store.ts. Were it otherwise, the keys on seq and previous would refuse.
      const head = await db
        .selectFrom('auditEvent')
        .select(['seq', 'hash'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      const seq = (head?.seq ?? 0) + 1;
      const previous = head?.hash ?? GENESIS;
      const facts = JSON.stringify(fact.facts);
      const cleaned = clean(fact);
      const event = { ...cleaned, seq, previous, hash: hashEvent(cleaned, seq, previous) };
      await db
        .insertInto('auditEvent')
        .values({ ...event, facts })
        .execute();
      appended(event);
      return event;
    },

    async auditEvents({ after, limit, incident }) {
      return await db
        .selectFrom('auditEvent')
        .selectAll()
        .where('seq', '>', after)
        .$if(incident !== undefined, (query) => query.where('incident', '=', incident ?? null))
        .orderBy('seq')
        .limit(limit)
        .execute();
    },
  };
}
