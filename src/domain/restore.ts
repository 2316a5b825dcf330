import type { Refusal } from './action.ts';
import { type BackupId, expiringIn, isVerified, type KeptBackup, keysIn, newestFirst } from './backup.ts';
import type { MemoryLimit } from './memory-limit.ts';
import { whyNotLoadable } from './rdb-version.ts';
import type { ReadNode } from './snapshot.ts';
import { bytes, duration } from './units.ts';

/** The backup that is meant: the one named, or the newest that a server has loaded. */
export function backupMeant(
  backups: readonly KeptBackup[],
  id: BackupId | undefined,
  target: string,
): KeptBackup | Refusal {
  const known = newestFirst(backups);
  const meant = id === undefined ? known.find(isVerified) : known.find((backup) => backup.id === id);
  if (!meant) {
    if (id !== undefined) return { refused: `there is no backup ${id} of ${target}` };
    const why =
      known.length === 0
        ? `there is no backup of ${target}`
        : 'no backup of it was loaded by a server: name the one that you mean';
    return { refused: why };
  }
  const { verification } = meant;
  if (verification.verdict === 'broken') return { refused: `${meant.id} is broken: ${verification.said}` };
  if (verification.verdict === 'unknown' && 'none' in meant.scratch) {
    return {
      refused: `not all of ${meant.id} can be read here and no server can try it (${meant.scratch.none}); a server that is given a broken file ends`,
    };
  }
  if (keysIn(meant) === 0) return { refused: `${meant.id} holds no keys: restoring it would only delete` };
  return meant;
}

/** Why this server could not take the file. */
export function unfitFor(
  node: ReadNode,
  backup: KeptBackup,
  { modules, databases }: { modules: readonly string[]; databases: number | undefined },
): string | undefined {
  const { engine, version } = node.identity;
  const last = Math.max(0, ...backup.databases.map(({ database }) => database));
  const lacking = backup.modules.filter((name) => !modules.some((own) => own.toLowerCase() === name.toLowerCase()));
  return (
    whyNotLoadable({ ...backup, version: backup.rdbVersion }, { engine, version }) ??
    (lacking.length > 0
      ? `${backup.id} holds data of the module ${lacking.join(', ')}, which ${node.name} has not loaded`
      : undefined) ??
    (last >= (databases ?? Infinity)
      ? `${backup.id} holds keys of database ${last}, and ${node.name} has ${databases} databases, from 0 on: a server that loads it ends. Set databases to ${last + 1} or more in its configuration file and restart it first`
      : undefined)
  );
}

interface Room {
  used: number;
  maxmemory: number;
  limit: MemoryLimit | undefined;
  /** The old data stays until the new is loaded (repl-diskless-load swapdb). */
  both: boolean;
}

/** Why the data would not fit; undefined when it does, or when it is not known how much memory it needs. */
export function noRoomFor(
  node: ReadNode,
  backup: KeptBackup,
  { used, maxmemory, limit, both }: Room,
): string | undefined {
  const needs = backup.usedMemory ?? backup.bytes;
  if (maxmemory > 0 && needs > maxmemory) {
    return `the data needs about ${bytes(needs)} and maxmemory of ${node.name} is ${bytes(maxmemory)}: keys would be evicted, or every write refused, right after. Raise maxmemory first`;
  }
  const most = needs + (both ? used : 0);
  if (limit && most > limit.bytes) {
    const why = both ? `, as the old data stays until the new is loaded (repl-diskless-load swapdb),` : '';
    return `the data needs about ${bytes(most)}${why} and ${node.name} may use ${bytes(limit.bytes)} (${limit.from})`;
  }
  return undefined;
}

/** Loading goes at about this many bytes of the file a second, where none was measured. */
const LOAD_SPEED = 100 * 1024 * 1024;

/** How long the server takes no writes, in seconds. */
export function readOnlySeconds(
  { bytes: size, tookMs, verification }: KeptBackup,
  bytesPerSecond: number | undefined,
): { transfer: number; load: number } {
  const measured = tookMs > 0 ? size / (tookMs / 1000) : Number.POSITIVE_INFINITY;
  const speed = Math.min(measured, bytesPerSecond ?? Number.POSITIVE_INFINITY);
  return { transfer: Math.ceil(size / speed), load: Math.ceil(verification.loadSeconds ?? size / LOAD_SPEED) };
}

/** Which keys come, which go, and what of them has expired, in sentences. */
export function whatChanges(node: ReadNode, backup: KeptBackup, keys: number, takenAt: number): string[] {
  const age = duration(Math.max(0, (takenAt - backup.takenAt) / 1000));
  const expiring = expiringIn(backup);
  const { expired = 0 } = backup.verification;
  const gone =
    expiring === 0
      ? 'None of its keys expire.'
      : `${expiring} of its keys have an expiry, ${expired} of which was past when it was last checked: those are gone when the server is a primary again. They are counted again before anything is sent.`;
  return [
    keys === 0
      ? `${node.name} holds no keys; it gets the ${keysIn(backup)} keys of ${backup.id}, ${age} old.`
      : `All ${keys} keys of ${node.name} are replaced by the ${keysIn(backup)} keys of ${backup.id}, ${age} old. What was written since is gone from the server; it stays in the safety copy.`,
    gone,
  ];
}
