import { createHash } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { OutboxMessage, Tx } from '../../flow/ports.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'want' | 'nextMessage' | 'settleMessage' | 'message'>;

/** An attempt that has not been settled after this belongs to a sender that died; Slack's own timeout is 10 s. */
const LOST_AFTER_MS = 15_000;

export function outbox(db: Transaction<Tables>): Part {
  return {
    async want({ key, incident, channel, threadKey, text, blocks, urgent }) {
      const content = JSON.stringify(blocks);
      const contentHash = createHash('sha256').update(`${text}\n${content}`).digest('hex');
      const fresh = {
        desiredRev: 1,
        sentRev: 0,
        ts: null,
        state: 'idle',
        attempts: 0,
        nextAt: 0,
        attemptedAt: null,
      } as const;
      await db
        .insertInto('message')
        .values(clean({ key, incident, channel, threadKey, text, blocks: content, urgent, contentHash, ...fresh }))
        .onConflict((conflict) =>
          conflict
            .column('key')
            .doUpdateSet((set) => ({
              text: set.ref('excluded.text'),
              blocks: set.ref('excluded.blocks'),
              urgent: set.ref('excluded.urgent'),
              contentHash: set.ref('excluded.contentHash'),
              desiredRev: set('message.desiredRev', '+', 1),
              turn: sql<number>`nextval('medic.turn')`,
              // New content is worth a new try. What is urgent does not wait out the pause between two updates, only one after a failure.
              state: sql<'idle'>`case message.state when 'failed' then 'idle' else message.state end`,
              attempts: sql<number>`case message.state when 'failed' then 0 else message.attempts end`,
              nextAt: sql<number>`case when message.state = 'failed' or (excluded.urgent and message.attempts = 0) then 0 else message.next_at end`,
            }))
            .whereRef('message.contentHash', '<>', 'excluded.contentHash'),
        )
        .execute();
    },

    async nextMessage(now) {
      const lost = now - LOST_AFTER_MS;
      const waiting = await db
        .selectFrom('message')
        .leftJoin('message as root', 'root.key', 'message.threadKey')
        .selectAll('message')
        .where((is) =>
          is.or([
            is('message.state', '=', 'idle').and('message.desiredRev', '>', is.ref('message.sentRev')),
            is('message.state', '=', 'sending').and('message.attemptedAt', '<', lost),
          ]),
        )
        .where('message.nextAt', '<=', now)
        .where((is) => is.or([is('message.threadKey', 'is', null), is('root.ts', 'is not', null)]))
        .orderBy('message.urgent', 'desc')
        .orderBy(sql`message.thread_key is null`, 'desc')
        .orderBy('message.turn')
        .limit(1)
        .forUpdate('message')
        .skipLocked()
        .executeTakeFirst();
      if (waiting === undefined) return undefined;
      const claim = { state: 'sending', attempts: waiting.attempts + 1, attemptedAt: now } as const;
      await db.updateTable('message').set(claim).where('key', '=', waiting.key).execute();
      return messageOf({ ...waiting, ...claim });
    },

    async settleMessage(key, { ts, sentRev, state, nextAt, attempts }) {
      const sent = sentRev !== undefined && {
        sentRev,
        // An urgent revision that came up while this one was on its way does not wait either.
        nextAt: sql<number>`case when urgent and desired_rev > ${sentRev} then 0 else ${nextAt}::bigint end`,
      };
      await db
        .updateTable('message')
        .set({ state, nextAt, attempts, ...(ts !== undefined && { ts }), ...sent })
        .where('key', '=', key)
        .execute();
    },

    async message(key) {
      const row = await db.selectFrom('message').selectAll().where('key', '=', key).executeTakeFirst();
      return row && messageOf(row);
    },
  };
}

function messageOf(row: Selectable<Tables['message']>): OutboxMessage {
  const { contentHash: _contentHash, turn: _turn, ...message } = row;
  return message;
}
