import type { Backup } from '../../domain/backup.ts';
import type { Command, Reply } from '../../domain/command.ts';
import { differenceOf } from '../../domain/key-difference.ts';
import { lengthOf } from '../../domain/keys/length-of.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import { readNodes } from '../../domain/snapshot.ts';
import { parseNodeName, type Target } from '../../domain/target.ts';
import { duration } from '../../domain/units.ts';
import { observe } from '../observe.ts';
import type { Shelves } from '../ports.ts';
import { askOfKeys } from './ask-of-keys.ts';
import type { Works } from './works.ts';

/** What became of keys of a backup on the server that it was copied from. */
export interface BesideSource {
  node: string;
  compared: number;
  /** With the type, the expiry and as many bytes or elements as in the file. */
  same: number;
  different: number;
  gone: number;
  /** Past their expiry by now. */
  expired: number;
}

/**
 * Compares keys that were drawn from a backup with the server that it is of, as it is now; a string is the reason why not. A
 * server that goes on changes keys, so that a difference tells how much has changed since and is no fault of the backup.
 */
export async function compareWithSource(
  works: Works,
  { probes }: Pick<Shelves, 'probes'>,
  { backup, sample }: { backup: Backup; sample: readonly RdbKey[] },
  found: Target,
): Promise<BesideSource | string> {
  const { servers, clock, catalog } = works;
  // Never an address out of a description alone: a login is sent there.
  const snapshot = await observe({ servers, clock, probes, ledger: catalog }, found, { seconds: 0 });
  const names = readNodes(snapshot).map(({ name }) => name);
  const node = backup.names.find((name) => names.includes(name));
  if (node === undefined) return `none of ${backup.names.join(', ')} can be read as a server of ${found.name}`;
  const known = sample.filter(({ kind }) => kind !== 'module');
  const asked = await askOfKeys(servers, { node: parseNodeName(node), target: snapshot.target }, known, questions);
  if (typeof asked === 'string') return `${node} does not tell: ${asked}`;
  const sums = { node, compared: asked.length, same: 0, different: 0, gone: 0, expired: 0 };
  for (const { key, replies } of asked) sums[fate(key, replies, clock.now())] += 1;
  return sums;
}

function questions({ kind, name, size }: RdbKey): Command[] {
  const length = size === undefined ? undefined : lengthOf(name, kind);
  return [['TYPE', name], ['PTTL', name], ...(length === undefined ? [] : [length])];
}

function fate(key: RdbKey, [type, left, size]: Reply[], now: number): 'same' | 'different' | 'gone' | 'expired' {
  if (type === 'none') return key.expiresAt !== undefined && key.expiresAt <= now ? 'expired' : 'gone';
  const sameLength = size === undefined || size === key.size;
  return sameLength && differenceOf(key, { type, left }, now) === undefined ? 'same' : 'different';
}

/** For people. */
export function toldBesideSource(
  { node, compared, same, different, gone, expired }: BesideSource,
  seconds: number,
): string {
  const others = [
    ...(different > 0 ? [`${different} are another`] : []),
    ...(gone > 0 ? [`${gone} are gone`] : []),
    ...(expired > 0 ? [`${expired} have expired`] : []),
  ];
  const rest = others.length === 0 ? '' : `; ${others.join(', ')}, which is what a server that goes on does to them`;
  return `Beside ${node} as it is now, ${duration(Math.max(0, seconds))} later: of ${compared} drawn keys ${same} have the same type, expiry and size${rest}.`;
}
