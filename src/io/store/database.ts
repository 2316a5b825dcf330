import type { PostgresPool } from 'kysely';

/** A PostgreSQL, embedded or not, that the store and the queue share. The pool's search_path is `bullmq, public`; the store names its schema. */
export interface Database {
  kind: 'pglite' | 'postgres';
  pool: PostgresPool;
  close(): Promise<void>;
}
