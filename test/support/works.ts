import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../demo/redis-server.ts';
import type { BackupSettings } from '../../src/domain/backup-settings.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import type { BackupEvent, Works } from '../../src/flow/backup/works.ts';
import type { Deeds, Hosts } from '../../src/flow/ports.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { openWorks } from '../../src/io/open-works.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { ENGINES } from './engines.ts';

const { probes } = await loadShelves();

/** Backups in a folder of their own, with every server program of this machine to try them. */
export interface TestWorks {
  works: Works;
  deeds: Deeds;
  hosts: Hosts;
  folder: string;
  settings: BackupSettings;
  /** What was told to the audit trail. */
  told: BackupEvent[];
  close(): Promise<void>;
}

export async function startWorks(over: Partial<BackupSettings> = {}): Promise<TestWorks> {
  const folder = await mkdtemp(join(tmpdir(), 'medic-backups-'));
  const told: BackupEvent[] = [];
  const settings: BackupSettings = {
    place: { kind: 'folder', path: folder },
    scratch: ENGINES.map(({ path }) => path),
    searchPath: '',
    serve: { listen: { host: '127.0.0.1', port: await freePort() } },
    ...over,
  };
  const works = await openWorks({
    settings,
    servers: openServers(probes),
    clock: { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    tell: async (event) => void told.push(event),
  });
  const hosts = openHosts(probes);
  return {
    works,
    deeds: backupDeeds({ works, hosts, serve: settings.serve }),
    hosts,
    folder,
    settings,
    told,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
