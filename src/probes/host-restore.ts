import type { Refusal, Scene } from '../domain/action.ts';
import { saveSeconds } from '../domain/headroom.ts';
import { hostLogin } from '../domain/host-access.ts';
import { defineHostProbe } from '../domain/host-probe.ts';
import { type RestoreFacts, type RestoreValues, restoreValues, stampOf } from '../domain/host-restore.ts';
import { wholeNumber } from '../domain/proc-text.ts';
import { managedForRestore, unsteady } from '../domain/replication-group.ts';
import { savePoints } from '../domain/save-points.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import clientList from './client-list.ts';
import hostConfigFile from './host-config-file.ts';
import hostDisk from './host-disk.ts';
import hostFiles from './host-files.ts';
import hostProcess from './host-process.ts';
import supervisor from './host-supervisor.ts';
import memory from './memory.ts';
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
  clientList,
  hostConfigFile,
  hostDisk,
  hostFiles,
  hostProcess,
  hostRestore,
  supervisor,
  memory,
  persistence,
  persistenceConfig,
  serverFiles,
];

export interface RestoreSite {
  facts: RestoreFacts;
  values: RestoreValues;
}

/** The server whose data is to be exchanged, with a name for what belongs to it; or why it must not be. */
export function restoreSite(scene: Scene, stamp = stampOf(scene.snapshot.takenAt)): RestoreSite | Refusal {
  const { snapshot, node } = scene;
  const names = scene.read(clientList).map(({ name }) => name);
  const odd = unsteady(node) ?? managedForRestore(snapshot, node, names);
  if (odd) return { refused: odd };
  const access = hostLogin(snapshot, node);
  if ('refused' in access) return access;
  const facts = restoreFacts(scene);
  const values = restoreValues(node.name, facts, stamp);
  return 'refused' in values ? values : { facts, values };
}

/** Throws NotAnswered where something that a restore stands on could not be read. */
function restoreFacts(scene: Scene): RestoreFacts {
  const { node, snapshot } = scene;
  const read: Scene['read'] = (probe, on) => scene.read(probe, on);
  const { host } = snapshot.target;
  const { dir, dbfilename, appenddirname, appendfilename } = read(serverFiles);
  const { data, snapshot: saved } = read(hostFiles);
  const { save, appendonly } = read(persistenceConfig);
  const { backup, checker } = read(hostRestore);
  const lines = readingIfAny(node, hostConfigFile)?.now.values.get('appendonly');
  const isReadable = readingIfAny(node, hostConfigFile) !== undefined;
  const disk = read(persistence);
  return {
    container: read(hostProcess).container,
    unit: read(supervisor).unit,
    backups: host?.kind === 'ssh' ? host.remediate?.backups : undefined,
    backup,
    dir,
    snapshot: dbfilename ?? 'dump.rdb',
    aofFolder: appenddirname,
    aofFile: appendfilename,
    owner: data?.owner,
    mode: saved?.mode,
    checker,
    aof: appendonly === 'yes',
    aofInFile: isReadable ? lines?.at(-1)?.[0]?.toLowerCase() === 'yes' : undefined,
    saves: savePoints(save).length > 0,
    saveSeconds: saveSeconds(read(memory), disk),
    lastSaveFailed: disk.rdb_last_bgsave_status === 'err',
    available: readingIfAny(node, hostDisk)?.now.available,
  };
}
