import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { problem } from '../../domain/problem.ts';
import { hideCredentials } from '../../domain/scrub.ts';
import type { Database } from './database.ts';

const INT8 = 20;

// The queue's functions are not qualified. A process that hangs inside a transaction must give its locks back.
const SESSION = '-c search_path=bullmq,public -c statement_timeout=30000 -c idle_in_transaction_session_timeout=15000';

/** Connects to DATABASE_URL; refuses at once when there is no PostgreSQL to work with. */
export async function openPostgres(url: string, connectMs = 5000): Promise<Database> {
  const pool = new pg.Pool({
    ...withSession(url),
    application_name: 'redis-medic',
    keepAlive: true,
    max: 20,
    connectionTimeoutMillis: connectMs,
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // Each queue and each worker listens for errors.
  pool.setMaxListeners(50);
  // A client that loses its server fails its query, or is replaced; without these listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw problem('store-unreachable', hideCredentials(url), reason(error));
  }
  return { kind: 'postgres', pool, within: new AsyncLocalStorage(), close: () => pool.end() };
}

/** The pool takes the options of a URL in place of its own, so they are put before ours; of two settings the later counts. */
function withSession(url: string): { connectionString: string; options: string } {
  const [base = url, query] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const options = [parameters.get('options') ?? '', SESSION].join(' ').trim();
  parameters.delete('options');
  return { connectionString: query === undefined ? base : `${base}?${parameters.toString()}`, options };
}

/** Several addresses of one name give an AggregateError, whose own message is empty. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => (one as Error).message).join('; ');
  return (error as Error).message;
}
