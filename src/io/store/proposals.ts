import type { Selectable, Transaction } from 'kysely';
import { type Proposal, ProposalBody } from '../../domain/proposal.ts';
import type { Tx } from '../../flow/ports.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<
  Tx,
  'addProposal' | 'proposal' | 'proposalsOf' | 'overdueProposals' | 'saveProposal' | 'addVote' | 'votesOf'
>;

export function proposals(db: Transaction<Tables>): Part {
  return {
    async addProposal(proposal) {
      const { id, incident, digest, state, reason, decidedAt, proposedAt, expiresAt } = proposal;
      const body = JSON.stringify(ProposalBody.parse(proposal));
      await db
        .insertInto('proposal')
        .values(clean({ id, incident, digest, body, state, reason, decidedAt, proposedAt, expiresAt }))
        .execute();
    },

    async proposal(id, options) {
      const row = await db
        .selectFrom('proposal')
        .selectAll()
        .where('id', '=', id)
        .$if(options?.lock === true, (query) => query.forUpdate())
        .executeTakeFirst();
      return row && proposalOf(row);
    },

    async proposalsOf(incident) {
      const rows = await db
        .selectFrom('proposal')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('proposedAt')
        .orderBy('turn')
        .execute();
      return rows.map(proposalOf);
    },

    async overdueProposals(now) {
      const rows = await db
        .selectFrom('proposal')
        .selectAll()
        .where('state', '=', 'open')
        .where('expiresAt', '<=', now)
        .orderBy('expiresAt')
        .execute();
      return rows.map(proposalOf);
    },

    async saveProposal({ id, state, reason, decidedAt }) {
      await db.updateTable('proposal').set(clean({ state, reason, decidedAt })).where('id', '=', id).execute();
    },

    async addVote(vote) {
      const added = await db
        .insertInto('vote')
        .values(clean(vote))
        .onConflict((conflict) => conflict.doNothing())
        .returning('proposal')
        .executeTakeFirst();
      return added !== undefined;
    },

    async votesOf(proposal) {
      return await db.selectFrom('vote').selectAll().where('proposal', '=', proposal).orderBy('at').execute();
    },
  };
}

function proposalOf({ body, digest, state, reason, decidedAt }: Selectable<Tables['proposal']>): Proposal {
  return { ...body, digest, state, reason, decidedAt };
}
