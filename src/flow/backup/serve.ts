import type { BackupSettings } from '../../domain/backup-settings.ts';
import { type Address, copyLogin } from '../../domain/target.ts';
import type { DeedContext } from '../ports.ts';
import { tlsReplicationOf } from './census.ts';
import type { BackupFile } from './file.ts';
import type { Works } from './works.ts';

/** Waits at the agreed port for a server to take a backup, until the run ends; a sentence is the reason why that cannot be. */
export async function serveBackup(
  works: Works,
  { listen, announce, certificate }: BackupSettings['serve'],
  file: BackupFile,
  port: number,
  context: DeedContext,
): Promise<Address | string> {
  const { node, target } = context;
  const { wire, servers, bytesPerSecond } = works;
  const tlsReplication = await tlsReplicationOf(servers, node, target);
  const served = await wire.serve(node, copyLogin(target), {
    file: { bytes: file.backup.bytes, open: () => file.read() },
    listen: { host: listen.host, port: listen.port },
    announce: { ...(announce && { host: announce.host }), port },
    tlsReplication,
    ...(certificate && { certificate }),
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    // What was sent is not shown: this command has been answered, and the server itself shows what it has received.
  });
  if (served.kind === 'refused') return served.because;
  const { serving } = served;
  // Whether it was loaded is seen on the server itself.
  serving.loaded.catch(() => undefined);
  context.atEnd(() => serving.close());
  return serving.address;
}
