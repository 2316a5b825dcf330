import { tmpdir } from 'node:os';
import type { BackupSettings } from '../domain/backup-settings.ts';
import { makeCatalog } from '../flow/backup/catalog.ts';
import type { Place } from '../flow/backup/place.ts';
import type { Works } from '../flow/backup/works.ts';
import type { Clock, Log, Servers } from '../flow/ports.ts';
import { folderPlace } from './places/folder.ts';
import { rdbFiles } from './rdb/read-rdb.ts';
import { openScratch } from './scratch/open-scratch.ts';
import { spoolIn } from './scratch/spool.ts';
import { openWire } from './wire/open-wire.ts';

export interface WorksOptions {
  settings: BackupSettings;
  servers: Servers;
  clock: Clock;
  log: Log;
  tell: Works['tell'];
}

/** Backups as medic.yml sets them up. */
export async function openWorks({ settings, servers, clock, log, tell }: WorksOptions): Promise<Works> {
  const { bytesPerSecond, serve } = settings;
  const scratch = await openScratch({ programs: settings.scratch, searchPath: settings.searchPath, clock });
  const { host, port = serve.listen.port } = serve.announce ?? {};
  const catalog = makeCatalog({
    place: await openPlace(settings.place),
    scratch,
    clock,
    serve: { ...(host !== undefined && { host }), port },
    serveTls: serve.certificate !== undefined,
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
  });
  return {
    servers,
    wire: openWire(log),
    rdb: rdbFiles,
    scratch,
    spool: spoolIn(tmpdir()),
    catalog,
    clock,
    chance: Math.random,
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    tell,
  };
}

async function openPlace(place: BackupSettings['place']): Promise<Place> {
  if (place.kind === 'folder') return folderPlace(place.path);
  // Only where it is used: it is large.
  const { s3Place } = await import('./places/s3.ts');
  return s3Place(place.bucket);
}
