import { hideCredentials } from '../../domain/scrub.ts';
import type { Target } from '../../domain/target.ts';
import { type Past, pastOf } from '../../flow/past.ts';
import { schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { storeOn } from './store.ts';

/** A diagnosis must not wait long for what only sharpens it. */
const PATIENCE_MS = 1500;

/**
 * What the bot has kept of a target in its PostgreSQL; a sentence when that cannot be had. Changes nothing there. The
 * embedded database is the bot's alone.
 */
export async function readPast(databaseUrl: string, target: Target): Promise<Past | string> {
  const where = hideCredentials(databaseUrl);
  const late = AbortSignal.timeout(PATIENCE_MS);
  const tooLate = new Promise<string>((resolve) => {
    late.addEventListener('abort', () => resolve(`${where} did not answer within ${PATIENCE_MS / 1000} s`));
  });
  const reading = read(databaseUrl, target).catch((error: unknown) => `${where}: ${(error as Error).message}`);
  return Promise.race([reading, tooLate]);
}

async function read(databaseUrl: string, target: Target): Promise<Past | string> {
  const database = await openPostgres(databaseUrl, PATIENCE_MS);
  try {
    const version = await schemaVersion(database);
    if (version !== MIGRATIONS.length)
      return `its schema is at version ${version}, this program's at ${MIGRATIONS.length}`;
    return await pastOf(storeOn(database, ''), target);
  } finally {
    await database.close();
  }
}
