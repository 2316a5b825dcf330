import type { PlannedCommand } from './action.ts';
import type { KeptBackup } from './backup.ts';
import type { Command } from './command.ts';
import { type HostBlank, hostCommand, isHostFact, SNAPSHOT_MODES } from './host-blanks.ts';
import { RESTORE_TEMPLATES } from './host-command.ts';
import { bytes } from './units.ts';

/** What is known of a server whose data is to be exchanged on its machine. */
export interface RestoreFacts {
  container: string | undefined;
  unit: { name: string; stopTimeout: number | undefined } | undefined;
  /** The folder of backups that medic.yml names. */
  backups: string | undefined;
  dir: string;
  snapshot: string;
  aofFolder: string | undefined;
  aofFile: string | undefined;
  /** Of the folder of data, and the mode of the snapshot in it. */
  owner: string | undefined;
  mode: number | undefined;
  checker: string | undefined;
  /** Whether the server keeps an append-only file now, and whether its configuration file says so; undefined: it cannot be read. */
  aof: boolean;
  aofInFile: boolean | undefined;
  /** Whether it writes a snapshot when it is stopped, and how long that takes, in seconds. */
  saves: boolean;
  saveSeconds: number;
  lastSaveFailed: boolean;
  /** Bytes that are left on the disk of its data. */
  available: number | undefined;
}

/** What the commands of one restore are filled in with. */
export type RestoreValues = Readonly<Record<Exclude<HostBlank, 'setting'>, string>>;

/** What is restored: the file that a person put on the machine, or a backup of the store, which is sent there. */
export type RestoreSource =
  | { kind: 'file'; path: string; bytes: number; modifiedAt: number }
  | { kind: 'kept'; backup: KeptBackup };

/** Room for the copy beside what is there, with a margin. */
const DISK_MARGIN = 1.2;
/** The save at a stop shares the disk with everything else. */
const STOP_MARGIN = 1.5;

const KUBERNETES =
  'it runs in Kubernetes, which starts it again whatever is stopped: scale its workload to 0, put the file on its volume from a pod of your own, and scale it up; or restore over the wire while it runs';
const CONTAINER =
  'it runs in a container: stop that with what runs it, put the file on its volume, and start it again; or restore over the wire while it runs';

/** The values for a restore at a moment, or why it cannot be done safely. `name`: of the server, for people. */
export function restoreValues(name: string, facts: RestoreFacts, stamp: string): RestoreValues | { refused: string } {
  const refused = whyNot(name, facts);
  if (refused !== undefined) return { refused };
  const { unit, backups, owner, checker, dir, snapshot, aofFolder, aofFile, mode } = facts;
  const known = SNAPSHOT_MODES.find((one) => mode !== undefined && Number.parseInt(one, 8) === mode);
  const values: RestoreValues = {
    stamp,
    unit: unit?.name ?? '',
    owner: owner ?? '',
    data: dir,
    snapshot,
    // Before 7.0 there is no folder, and nothing goes by this name.
    aof_folder: aofFolder ?? 'appendonlydir',
    aof_file: aofFile ?? 'appendonly.aof',
    backups: backups ?? '',
    checker: checker ?? '',
    mode: known ?? '0640',
  };
  const used = ['unit', 'owner', 'data', 'snapshot', 'aof_folder', 'aof_file', 'checker'] as const;
  const odd = [...used, ...(backups === undefined ? [] : (['backups'] as const))].find(
    (fact) => !isHostFact(fact, values[fact]),
  );
  return odd === undefined
    ? values
    : { refused: `the ${odd.replaceAll('_', ' ')} of ${name} is "${values[odd]}", which is not passed on to a host` };
}

function whyNot(name: string, facts: RestoreFacts): string | undefined {
  const { container, unit, owner, checker, aof, aofInFile } = facts;
  if (container !== undefined) return `${name}: ${container === 'kubernetes' ? KUBERNETES : CONTAINER}`;
  if (!unit)
    return `no systemd unit of ${name} was found, or systemctl did not answer in time: it cannot be stopped and started from here`;
  if (owner === undefined) return `to whom ${facts.dir} belongs cannot be seen`;
  if (checker === undefined) return `${name} does not say where its program is, so that the backup cannot be checked`;
  if (aofInFile === undefined) {
    return `the configuration file of ${name} cannot be read: whether it starts with an append-only file decides where the data goes`;
  }
  if (aof !== aofInFile) {
    return `${name} runs with appendonly ${aof ? 'yes' : 'no'}, and its configuration file says ${aofInFile ? 'yes' : 'no'}: after the start it would look for its data in another place. Make them agree first`;
  }
  return aof ? undefined : whyUnsaved(name, facts);
}

/** Why so much cannot be put beside the data. A disk that fills up stops the server from writing. */
export function noRoomOnDisk(size: number, { dir, available }: RestoreFacts): string | undefined {
  const needed = size * DISK_MARGIN;
  if (available === undefined) return `how much room the disk of ${dir} has left cannot be seen`;
  if (available >= needed) return undefined;
  return `its disk has ${bytes(available)} left, and a copy of the backup beside the data needs ${bytes(needed)}`;
}

/** What it holds now must be on disk when it has stopped, or there is no way back. */
function whyUnsaved(name: string, { saves, saveSeconds, lastSaveFailed, unit }: RestoreFacts): string | undefined {
  if (!saves) {
    return `${name} keeps no append-only file and has no save points: what it holds now would be gone when it is stopped. Give it save points first`;
  }
  if (lastSaveFailed)
    return `the last snapshot of ${name} failed: what it holds now could not be kept. Repair that first`;
  if (unit?.stopTimeout !== undefined && unit.stopTimeout < saveSeconds * STOP_MARGIN) {
    return `systemd kills ${name} ${Math.round(unit.stopTimeout)} s after a stop, before it has saved (about ${Math.ceil(saveSeconds)} s): raise TimeoutStopSec of its unit first`;
  }
  return undefined;
}

export function sizeOf(source: RestoreSource): number {
  return source.kind === 'file' ? source.bytes : source.backup.bytes;
}

/** When what it holds was so, epoch ms. */
export function momentOf(source: RestoreSource): number {
  return source.kind === 'file' ? source.modifiedAt * 1000 : source.backup.takenAt;
}

type Step = keyof typeof RESTORE_TEMPLATES;

/** One command of a restore on the machine of a node. */
export function restoreStep(
  node: string,
  step: Step,
  values: RestoreValues,
  more: Partial<PlannedCommand> = {},
): PlannedCommand {
  const template: Command = RESTORE_TEMPLATES[step];
  return { node, via: 'host', argv: hostCommand(template, values), applied: [], ...more };
}

/** A moment as it names what belongs to one restore: `20261128-040506`, in UTC. */
export function stampOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
