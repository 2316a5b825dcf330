import {
  CamelCasePlugin,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
  type Transaction,
} from 'kysely';
import type { Anchor, AuditEvent } from '../../domain/audit-event.ts';
import type { Store, Tx } from '../../flow/ports.ts';
import { anchorFile } from './anchors.ts';
import { audit } from './audit.ts';
import { automatic } from './automatic.ts';
import type { Database } from './database.ts';
import { incidents } from './incidents.ts';
import { keyScans } from './key-scans.ts';
import { outbox } from './outbox.ts';
import { proposals } from './proposals.ts';
import { runs } from './runs.ts';
import { samples } from './samples.ts';
import { series } from './series.ts';
import { settings } from './settings.ts';
import { signals } from './signals.ts';
import { standings } from './standings.ts';
import type { Tables } from './tables.ts';

// Any fixed number that nobody else of this database locks: "mtx" in ASCII.
const TURN = 0x6d7478;

/** What watch writes is vacuumed each time, the rest of the database only so often: it is small. */
const WHOLE_EVERY = 60;

export interface OpenStore extends Store {
  /** For the queue, which lives in the same database. */
  database: Database;
  /** Makes room of rows that are gone, where the database does not do so by itself. For a timer. */
  vacuum(): Promise<void>;
}

/** The store on a database that has been brought up to date; anchors of the audit chain go to the folder. */
export function storeOn(database: Database, folder: string): OpenStore {
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: database.pool }),
    plugins: [
      new CamelCasePlugin({ maintainNestedObjectKeys: true }),
      new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression }),
    ],
  });
  const anchors = anchorFile(folder);

  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (database.within.getStore()?.open === true)
      throw new Error('a transaction inside a transaction would wait for itself');
    let head: Anchor | undefined;
    const state = { open: true };
    try {
      const result = await database.within.run(state, () =>
        db.transaction().execute(async (scope) => {
          // One transaction at a time, on PostgreSQL as on PGlite: most append to one chain and would meet there anyway.
          // Taken first, it means that they cannot deadlock and that none ever has to be run again.
          await sql`select pg_advisory_xact_lock(${TURN})`.execute(scope);
          return await work(txOf(scope, (event) => (head = event)));
        }),
      );
      if (head !== undefined) anchors.note(head);
      return result;
    } finally {
      state.open = false;
    }
  }

  let vacuums = 0;

  return {
    database,
    transaction,
    async vacuum() {
      if (database.kind !== 'pglite') return;
      const client = await database.pool.connect();
      const tables = vacuums % WHOLE_EVERY === 0 ? '' : ' medic.sample, medic.point, medic.standing';
      vacuums += 1;
      try {
        await client.query(`vacuum${tables}`, []);
      } finally {
        client.release();
      }
    },
    async close() {
      await anchors.close();
      await database.close();
    },
  };
}

function txOf(scope: Transaction<Tables>, appended: (event: AuditEvent) => void): Tx {
  const db = scope.withSchema('medic');
  return {
    ...signals(db),
    ...incidents(db),
    ...proposals(db),
    ...runs(db),
    ...audit(db, appended),
    ...settings(db),
    ...outbox(db),
    ...samples(db),
    ...series(db),
    ...standings(db),
    ...keyScans(db),
    ...automatic(db),
  };
}
