import type { Database } from './database.ts';
import { MIGRATIONS } from './migrations.ts';

// Any fixed number will do, as long as no other program of this database takes the same: "medic" in ASCII.
const LOCK = 0x6d65646963;

/** Brings the database up to date; of two processes that start at once the second waits and finds nothing to do. */
export async function migrate(database: Database): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('begin', []);
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('create schema if not exists medic', []);
    await client.query('create table if not exists medic.migration (version integer primary key)', []);
    const { rows } = await client.query<{ version: number }>(
      'select coalesce(max(version), 0)::int as version from medic.migration',
      [],
    );
    const version = rows[0]?.version ?? 0;
    if (version > MIGRATIONS.length) {
      throw new Error(`its schema is at version ${version}, written by a newer redis-medic than this one`);
    }
    for (const [index, text] of [...MIGRATIONS.entries()].slice(version)) {
      await client.query(text, []);
      await client.query('insert into medic.migration values ($1)', [index + 1]);
    }
    await client.query('commit', []);
  } catch (error) {
    await client.query('rollback', []).catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** 0 when nothing was ever stored there. Changes nothing. */
export async function schemaVersion(database: Database): Promise<number> {
  const client = await database.pool.connect();
  try {
    const { rows: tables } = await client.query<{ made: boolean }>(
      "select to_regclass('medic.migration') is not null as made",
      [],
    );
    if (tables[0]?.made !== true) return 0;
    const { rows } = await client.query<{ version: number }>(
      'select max(version)::int as version from medic.migration',
      [],
    );
    return rows[0]?.version ?? 0;
  } finally {
    client.release();
  }
}
