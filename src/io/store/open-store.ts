import { mkdir } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';
import { hideCredentials } from '../../domain/scrub.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { type OpenStore, storeOn } from './store.ts';

/** PostgreSQL when a URL is given, else an embedded one in the folder. The folder (made with mode 0700) also keeps the audit anchors. */
export async function openStore(options: { databaseUrl?: string; folder: string }): Promise<OpenStore> {
  const { databaseUrl, folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const database = databaseUrl === undefined ? await openPglite(folder) : await openPostgres(databaseUrl);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    const where = databaseUrl === undefined ? `in ${folder}` : hideCredentials(databaseUrl);
    throw problem('store-unreachable', where, (error as Error).message);
  }
  return storeOn(database, folder);
}
