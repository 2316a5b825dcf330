import type { AsyncLocalStorage } from 'node:async_hooks';
import type { PostgresPool } from 'kysely';

/** A PostgreSQL, embedded or not, that the store and the queue share. The pool's search_path is `bullmq, public`; the store names its schema. */
export interface Database {
  kind: 'pglite' | 'postgres';
  pool: PostgresPool;
  /** Set for what a transaction of the store calls: whoever wants the database for itself there would wait for ever. */
  within: AsyncLocalStorage<{ open: boolean }>;
  close(): Promise<void>;
}
