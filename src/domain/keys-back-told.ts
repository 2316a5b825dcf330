import { type Backup, expiringIn, keysIn } from './backup.ts';
import { type SlotRange, slotCount, slotsText } from './cluster.ts';
import { type Carried, largeValues } from './largest-carried.ts';
import type { ReadNode } from './snapshot.ts';
import { bytes, duration } from './units.ts';

/** Keys and bytes a second, at half of a server's time. */
const KEYS_A_SECOND = 15_000;
const BYTES_A_SECOND = 40 * 1024 * 1024;

/** Which keys come and what becomes of those that are there, in sentences. */
export function whatComes(
  node: ReadNode,
  backup: Backup,
  { replaces, there, at }: { replaces: boolean; there: number; at: number },
): string[] {
  const age = duration(Math.max(0, (at - backup.takenAt) / 1000));
  const what = `the ${keysIn(backup)} keys of ${backup.id}, ${age} old`;
  if (!replaces) {
    return [
      `Of ${what}, those that ${node.name} lacks are put back, one by one. The ${there} keys that it holds stay as they are, and so does what was written since.`,
      'Keys that were deleted on purpose since that backup come back too.',
    ];
  }
  return [
    `Each of ${what}, replaces the key of that name on ${node.name}, which holds ${there} keys: what was written to these since is lost from the server${there > 0 ? ' and stays in the safety copy' : ''}. Its other keys stay.`,
    ...(there > 0 ? ['What is written between the safety copy and the moment when a key is replaced is lost.'] : []),
  ];
}

/** Of a node of a cluster: which keys are its own; `wanted` is how many, where they were counted. */
export function whichSlots(
  node: ReadNode,
  backup: Backup,
  { served, wanted }: { served: readonly SlotRange[]; wanted: number | undefined },
): string {
  const has = `${node.name} serves ${slotCount(served)} slots (${slotsText(served)})`;
  return wanted === undefined
    ? `${has}: keys of the backup in other slots are left out. How many was not counted when it was taken; they are counted in the run. No redirect is followed.`
    : `${has}: ${wanted} keys of the backup are in them, and ${keysIn(backup) - wanted} in slots of other nodes, which are left out; use the same backup on those nodes. No redirect is followed.`;
}

export function whatIsLeftOut(backup: Backup, carried: Carried): string[] {
  const { expired = 0 } = backup.verification;
  const expiring = expiringIn(backup);
  return [
    ...(expiring > 0
      ? [
          `${expiring} of the keys have an expiry, ${expired} of which was past when the backup was last checked: what has expired by then is left out and counted.`,
        ]
      : []),
    ...(backup.modules.length > 0
      ? [`Values of the module ${backup.modules.join(', ')} are not put back in this way, and counted.`]
      : []),
    ...largeValues(backup.largest, carried),
  ];
}

interface Effort {
  wanted: number | undefined;
  bytesPerSecond: number | undefined;
  replicas: number;
  aof: boolean;
}

/** How much goes where and how long it takes. */
export function effort(backup: Backup, { wanted, bytesPerSecond, replicas, aof }: Effort): string {
  const all = keysIn(backup);
  const keys = wanted ?? all;
  const size = backup.bytes * (keys / Math.max(1, all));
  const speed = Math.min(BYTES_A_SECOND, bytesPerSecond ?? Number.POSITIVE_INFINITY);
  const seconds = Math.ceil(Math.max(keys / KEYS_A_SECOND, size / speed));
  const also = [
    ...(replicas > 0 ? [`each of its ${replicas} replicas`] : []),
    ...(aof ? ['the append-only file'] : []),
  ];
  return (
    `Up to ${bytes(size)} go to the server in small portions, with pauses that leave it half of its time, and more when it is slow: about ${duration(seconds)} when all are missing. Clients can read and write meanwhile.` +
    (also.length > 0 ? ` As much goes to ${also.join(' and to ')}.` : '') +
    (replicas > 0 ? ' A replica that falls behind is waited for.' : '')
  );
}

export function again(replaces: boolean): string {
  return replaces
    ? 'When redis-medic is restarted meanwhile it begins again, and replaces again what clients have written to these keys since.'
    : 'When redis-medic is restarted meanwhile it begins again, which puts back only what is still missing.';
}
