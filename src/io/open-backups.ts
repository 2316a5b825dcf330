import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupSettings } from '../domain/backup-settings.ts';
import { Problem } from '../domain/problem.ts';
import { tellIn } from '../flow/backup/tell.ts';
import type { Ledger } from '../flow/backup/with-backups.ts';
import type { Works } from '../flow/backup/works.ts';
import type { Clock, Servers } from '../flow/ports.ts';
import { makeLog } from './log.ts';
import { openWorks } from './open-works.ts';
import { openServers } from './redis/servers.ts';
import type { LoadedShelves } from './shelves.ts';
import { openStore } from './store/open-store.ts';

interface Options {
  settings: BackupSettings;
  shelves: LoadedShelves;
  clock: Clock;
  dataFolder: string;
  databaseUrl?: string;
  secrets: readonly string[];
}

/** What is known of the backups, for a look at a target; undefined where no place for them is set up. */
export async function openLedger(
  { backups: settings, secrets }: { backups?: BackupSettings; secrets: readonly string[] },
  servers: Servers,
  clock: Clock,
): Promise<Ledger | undefined> {
  if (!settings) return undefined;
  const log = makeLog({ level: 'error', secrets });
  return (await openWorks({ settings, servers, clock, log, tell: async () => {} })).catalog;
}

/** Backups for the command line. The audit trail is the bot's: where it cannot be opened, `unrecorded` says why. */
export async function openBackups({ settings, shelves, clock, secrets, ...where }: Options): Promise<{
  works: Works;
  unrecorded?: string;
  close(): Promise<void>;
}> {
  const trail = await openTrail(where, clock);
  const works = await openWorks({
    settings,
    servers: openServers(shelves.probes),
    clock,
    log: makeLog({ level: 'error', secrets }),
    tell: typeof trail === 'string' ? async () => {} : trail.tell,
  });
  return typeof trail === 'string'
    ? { works, unrecorded: trail, close: async () => {} }
    : { works, close: () => trail.close() };
}

async function openTrail(
  { dataFolder: folder, databaseUrl }: Pick<Options, 'dataFolder' | 'databaseUrl'>,
  clock: Clock,
): Promise<{ tell: Works['tell']; close(): Promise<void> } | string> {
  if (databaseUrl === undefined && !existsSync(join(folder, 'pgdata'))) return 'the bot has not run here yet.';
  try {
    const store = await openStore({ folder, ...(databaseUrl !== undefined && { databaseUrl }) });
    return { tell: tellIn(store, clock), close: () => store.close() };
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
