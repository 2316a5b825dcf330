import type { Transaction } from 'kysely';
import { type Reply, ReplyError } from '../../domain/command.ts';
import type { WatchTx } from '../../flow/watch/watch-tx.ts';
import { addPoint } from './series.ts';
import type { StoredReply, Tables } from './tables.ts';

type Part = Pick<WatchTx, 'keepSample' | 'samplesOf' | 'sampledAt' | 'forgetSamples'>;

export function samples(db: Transaction<Tables>): Part {
  return {
    async keepSample(target, node, { at, runId, answers }, point) {
      const replies = [...answers].map(([key, reply]) => [key, stored(reply)]);
      const sample = { at, runId, answers: JSON.stringify(replies) };
      await db
        .insertInto('sample')
        .values({ target, node, ...sample })
        .onConflict((conflict) => conflict.columns(['target', 'node']).doUpdateSet(sample))
        .execute();
      if (point) await addPoint(db, target, node, point);
    },

    async samplesOf(target) {
      const rows = await db.selectFrom('sample').selectAll().where('target', '=', target).execute();
      return new Map(
        rows.map(({ node, at, runId, answers }) => [
          node,
          { at, runId, answers: new Map(answers.map(([key, reply]) => [key, replyOf(reply)])) },
        ]),
      );
    },

    async sampledAt(targets) {
      const rows = await db
        .selectFrom('sample')
        .select(['target', 'node', 'at'])
        .where('target', 'in', targets)
        .execute();
      const byTarget = Map.groupBy(rows, ({ target }) => target);
      return new Map([...byTarget].map(([target, all]) => [target, new Map(all.map(({ node, at }) => [node, at]))]));
    },

    async forgetSamples(target, nodes) {
      await db.deleteFrom('sample').where('target', '=', target).where('node', 'in', nodes).execute();
    },
  };
}

function stored(reply: Reply): StoredReply {
  if (reply instanceof ReplyError) return { error: reply.message };
  return Array.isArray(reply) ? reply.map((item: Reply) => stored(item)) : (reply as StoredReply);
}

function replyOf(reply: StoredReply): Reply {
  if (reply === null || typeof reply !== 'object') return reply;
  return 'error' in reply ? new ReplyError(reply.error) : reply.map(replyOf);
}
