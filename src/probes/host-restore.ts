import { z } from 'zod';
import type { Refusal, Scene } from '../domain/action.ts';
import { BackupId } from '../domain/backup.ts';
import { backupsByGroup } from '../domain/backup-state.ts';
import { saveSeconds } from '../domain/headroom.ts';
import { hostLogin } from '../domain/host-access.ts';
import { RESTORE_FILE } from '../domain/host-command.ts';
import { defineHostProbe } from '../domain/host-probe.ts';
import {
  type RestoreFacts,
  type RestoreSource,
  type RestoreValues,
  restoreValues,
  stampOf,
} from '../domain/host-restore.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { wholeNumber } from '../domain/proc-text.ts';
import { headOf } from '../domain/replication-graph.ts';
import { managedForRestore, unsteady } from '../domain/replication-group.ts';
import { backupMeant, noRoomFor, unfitFor } from '../domain/restore.ts';
import { savePoints } from '../domain/save-points.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import backups from './backups.ts';
import clientList from './client-list.ts';
import hostConfigFile from './host-config-file.ts';
import hostDisk from './host-disk.ts';
import hostFiles from './host-files.ts';
import hostProcess from './host-process.ts';
import supervisor from './host-supervisor.ts';
import memory from './memory.ts';
import modules from './modules.ts';
import persistence from './persistence.ts';
import persistenceConfig from './persistence-config.ts';
import serverFiles from './server-files.ts';

/** The backup that was put on the machine to be restored, and the program that checks it. */
const hostRestore = defineHostProbe({
  sampled: 'once',
  asks: { file: ['stat', '-L', '-c', '%s %Y', '{restore_file}'], checker: ['stat', '-L', '-c', '%n', '{checker}'] },
  read(answers) {
    const [bytes, modifiedAt] = answers.text('file')?.trim().split(' ').map(wholeNumber) ?? [];
    return {
      /** Undefined where there is none, or it may not be seen. */
      backup: bytes === undefined || modifiedAt === undefined ? undefined : { bytes, modifiedAt },
      checker: answers.text('checker')?.trim(),
    };
  },
});
export default hostRestore;

export const RESTORE_NEEDS = [
  backups,
  clientList,
  hostConfigFile,
  hostDisk,
  hostFiles,
  hostProcess,
  hostRestore,
  supervisor,
  memory,
  modules,
  persistence,
  persistenceConfig,
  serverFiles,
];

/** The arguments of every step of a restore on a machine. */
export const RestoreArgs = z.strictObject({
  stamp: z.string().optional(),
  /** An id, or `restore.rdb` for the file that a person put on the machine. That is taken where it is, else the newest verified one. */
  backup: z.union([z.literal(RESTORE_FILE), BackupId]).optional(),
});
export type RestoreArgs = z.infer<typeof RestoreArgs>;

export interface RestoreSite {
  facts: RestoreFacts;
  values: RestoreValues;
  source: RestoreSource;
  /** Planning again with these gives the same. */
  args: RestoreArgs;
}

/** The server whose data is to be exchanged, what by, and a name for what belongs to it; or why it must not be. */
export function restoreSite(scene: Scene, args: RestoreArgs): RestoreSite | Refusal {
  const { snapshot, node } = scene;
  const names = scene.read(clientList).map(({ name }) => name);
  const odd = unsteady(node) ?? managedForRestore(snapshot, node, names);
  if (odd) return { refused: odd };
  const access = hostLogin(snapshot, node);
  if ('refused' in access) return access;
  const facts = restoreFacts(scene);
  const { stamp = stampOf(snapshot.takenAt) } = args;
  const values = restoreValues(node.name, facts, stamp);
  if ('refused' in values) return values;
  const source = restoreSource(scene, args.backup);
  return 'refused' in source ? source : { facts, values, source, args: { stamp, backup: nameOf(source) } };
}

/** What is meant to be restored. */
export function restoreSource(scene: Scene, given: RestoreArgs['backup']): RestoreSource | Refusal {
  if (given !== undefined && given !== RESTORE_FILE) return keptBackup(scene, given);
  const file = putFile(scene);
  if (!('refused' in file) || given === RESTORE_FILE) return file;
  const kept = keptBackup(scene, undefined);
  return 'refused' in kept ? { refused: `${file.refused}. Nor from where backups are kept: ${kept.refused}` } : kept;
}

export function nameOf(source: RestoreSource): typeof RESTORE_FILE | BackupId {
  return source.kind === 'file' ? RESTORE_FILE : source.backup.id;
}

function putFile(scene: Scene): RestoreSource | Refusal {
  const { node, snapshot } = scene;
  const { host } = snapshot.target;
  const folder = host?.kind === 'ssh' ? host.remediate?.backups : undefined;
  if (folder === undefined) {
    return {
      refused:
        'medic.yml names no folder for backups on the machines (targets.<name>.host.ssh.remediate.backups) into which a person could put one',
    };
  }
  const path = `${folder}/${RESTORE_FILE}`;
  const { backup } = scene.read(hostRestore);
  if (backup && backup.bytes > 0) return { kind: 'file', path, ...backup };
  return {
    refused: `there is no ${path} on the machine of ${node.name}: put the backup there under this name, readable for the account of the server`,
  };
}

/** A backup of this server that it can load. */
function keptBackup(scene: Scene, id: BackupId | undefined): RestoreSource | Refusal {
  const { node, snapshot } = scene;
  const kept = scene.read(backups);
  if (kept.place === undefined) return { refused: 'no place for backups is set up: add the key backups to medic.yml' };
  const group = backupsByGroup(snapshot, kept).find(({ head }) => head === headOf(snapshot, node));
  const backup = backupMeant(group?.backups ?? [], id, snapshot.target.name);
  if ('refused' in backup) return backup;
  const own = scene.read(modules).map(({ name }) => name);
  const used = scene.read(memory);
  const limit = memoryLimit(snapshot, node, used);
  const refused =
    unfitFor(node, backup, { modules: own, databases: scene.read(persistenceConfig).databases }) ??
    // It starts empty.
    noRoomFor(node, backup, { used: 0, maxmemory: used.maxmemory, limit, both: false });
  return refused === undefined ? { kind: 'kept', backup } : { refused };
}

/** Throws NotAnswered where something that a restore stands on could not be read. */
function restoreFacts(scene: Scene): RestoreFacts {
  const { node, snapshot } = scene;
  const read: Scene['read'] = (probe, on) => scene.read(probe, on);
  const { host } = snapshot.target;
  const { dir, dbfilename, appenddirname, appendfilename } = read(serverFiles);
  const { data, snapshot: saved } = read(hostFiles);
  const { save, appendonly } = read(persistenceConfig);
  const lines = readingIfAny(node, hostConfigFile)?.now.values.get('appendonly');
  const isReadable = readingIfAny(node, hostConfigFile) !== undefined;
  const disk = read(persistence);
  return {
    container: read(hostProcess).container,
    unit: read(supervisor).unit,
    backups: host?.kind === 'ssh' ? host.remediate?.backups : undefined,
    dir,
    snapshot: dbfilename ?? 'dump.rdb',
    aofFolder: appenddirname,
    aofFile: appendfilename,
    owner: data?.owner,
    mode: saved?.mode,
    checker: read(hostRestore).checker,
    aof: appendonly === 'yes',
    aofInFile: isReadable ? lines?.at(-1)?.[0]?.toLowerCase() === 'yes' : undefined,
    saves: savePoints(save).length > 0,
    saveSeconds: saveSeconds(read(memory), disk),
    lastSaveFailed: disk.rdb_last_bgsave_status === 'err',
    available: readingIfAny(node, hostDisk)?.now.available,
  };
}
