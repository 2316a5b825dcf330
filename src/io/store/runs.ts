import { sql, type Transaction } from 'kysely';
import { ACTIVE_RUN_STATES, type RunStep } from '../../domain/run.ts';
import type { Tx } from '../../flow/ports.ts';
import { clean } from './columns.ts';
import type { Tables } from './tables.ts';

type Part = Pick<
  Tx,
  | 'addRun'
  | 'run'
  | 'runOf'
  | 'activeRunOf'
  | 'runs'
  | 'runsToRemindOf'
  | 'saveRun'
  | 'stepsOf'
  | 'addSteps'
  | 'saveStep'
>;

export function runs(db: Transaction<Tables>): Part {
  return {
    async addRun(run, steps) {
      const added = await db
        .insertInto('run')
        .values({ ...clean(run), effects: run.effects && JSON.stringify(run.effects) })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (added === undefined) return false;
      if (steps.length > 0) await db.insertInto('runStep').values(steps.map(stepRow)).execute();
      return true;
    },

    async run(id, options) {
      return await db
        .selectFrom('run')
        .selectAll()
        .where('id', '=', id)
        .$if(options?.lock === true, (query) => query.forUpdate())
        .executeTakeFirst();
    },

    async runOf(proposal) {
      return await db.selectFrom('run').selectAll().where('proposal', '=', proposal).executeTakeFirst();
    },

    async activeRunOf(group) {
      return await db
        .selectFrom('run')
        .selectAll()
        .where('group', '=', group)
        .where('state', 'in', ACTIVE_RUN_STATES)
        .executeTakeFirst();
    },

    async runs({ states, incident, limit }) {
      return await db
        .selectFrom('run')
        .selectAll()
        .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
        .$if(incident !== undefined, (query) => query.where('incident', '=', incident ?? null))
        .orderBy('queuedAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    async runsToRemindOf(since) {
      return await db
        .selectFrom('run')
        .innerJoin('proposal', 'proposal.id', 'run.proposal')
        .selectAll('run')
        .where('run.endedAt', '>=', since)
        .where(
          sql<boolean>`exists (select from json_array_elements(proposal.body->'steps') step where step->'remind' is not null)`,
        )
        .where((expression) =>
          expression.not(
            expression.exists(
              expression
                .selectFrom('proposal as undo')
                .innerJoin('run as undone', 'undone.proposal', 'undo.id')
                .whereRef('undo.incident', '=', 'run.incident')
                .where(sql<boolean>`undo.body->>'undoes' = run.id`)
                .where('undone.verdict', '=', 'verified'),
            ),
          ),
        )
        .execute();
    },

    async saveRun(run) {
      const { state, verdict, fence, leaseUntil, startedAt, endedAt, note, cancelRequested, effects } = run;
      const saved = await db
        .updateTable('run')
        .set({
          ...clean({ state, verdict, fence, leaseUntil, startedAt, endedAt, note, cancelRequested }),
          effects: effects && JSON.stringify(effects),
        })
        .where('id', '=', run.id)
        .where('fence', '<=', fence)
        .returning('id')
        .executeTakeFirst();
      if (saved === undefined) throw new Error(`${run.id} has been claimed by a later worker than fence ${fence}`);
    },

    async stepsOf(run) {
      return await db.selectFrom('runStep').selectAll().where('run', '=', run).orderBy('seq').execute();
    },

    async addSteps(steps) {
      await db.insertInto('runStep').values(steps.map(stepRow)).execute();
    },

    async saveStep({ run, seq, state, reply, startedAt, endedAt }) {
      await db
        .updateTable('runStep')
        .set(clean({ state, reply, startedAt, endedAt }))
        .where('run', '=', run)
        .where('seq', '=', seq)
        .execute();
    },
  };
}

function stepRow(step: RunStep) {
  return { ...clean(step), command: step.command && JSON.stringify(step.command) };
}
